# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How starts, samples and stops are delivered: their order, their ids, when they are sent again and when given up."""

from itertools import pairwise

import pytest
from charger import records

from tests.firmware.core.media import Charger as Memory

ACTIONS = ("StartTransaction", "MeterValues", "StopTransaction")
ACCEPTED = {"idTagInfo": {"status": "Accepted"}}


def sent(rig, *actions):
    """The frame of every such call."""
    return [frame for frame in rig.link.sent if frame[0] == 2 and frame[2] in (actions or ACTIONS)]


def configure(rig, key, value):
    answer = rig.call("ChangeConfiguration", {"key": key, "value": str(value)}, key)
    assert answer[2] == {"status": "Accepted"}, answer


def fail(rig, action):
    """The central system answers every call of the action with a CALLERROR."""

    def refuse(_):
        rig.link.deliver([4, sent(rig, action)[-1][1], "InternalError", "", {}])

    rig.answers[action] = refuse


@pytest.mark.requirement(
    "SPEC 3.7.1", "a failure to process is retried after the interval times the transmissions so far"
)
@pytest.mark.requirement("behaviour 8", "discarded only after TransactionMessageAttempts failures to process")
@pytest.mark.parametrize(
    ("attempts", "interval", "gaps"),
    [(3, 60, [60, 120]), (1, 60, []), (4, 10, [10, 20, 30]), (3, 400, [400, 800])],
)
def test_a_failure_to_process_is_retried_after_the_interval_times_the_transmissions(
    rig, attempts, interval, gaps
):
    rig.charge()
    configure(rig, "TransactionMessageAttempts", attempts)
    configure(rig, "TransactionMessageRetryInterval", interval)
    fail(rig, "StopTransaction")
    rig.swipe()
    found = []
    for second in range(sum(gaps) + 100):
        found += [second] * (len(sent(rig, "StopTransaction")) - len(found))
        rig.wait(1)
    between = [after - before for before, after in pairwise(found)]
    assert between == [pytest.approx(gap, abs=2) for gap in gaps]
    assert len({str(frame) for frame in sent(rig, "StopTransaction")}) == 1, "same id, same payload"
    assert len(rig.journal) == 0


@pytest.mark.requirement("ERR 3.18", "without a transactionId everything of the transaction is sent with -1")
@pytest.mark.requirement("behaviour 9", "no transactionId known: -1")
def test_a_start_that_is_given_up_silences_neither_its_samples_nor_its_stop(make_rig):
    rig = make_rig(OCPP_METER_VALUE_SAMPLE_INTERVAL="60")
    fail(rig, "StartTransaction")
    rig.charge()
    rig.wait(250)
    assert len(sent(rig, "StartTransaction")) == 3
    assert rig.relay.closed
    rig.swipe()
    rig.run(1000)
    rest = sent(rig, "MeterValues", "StopTransaction")
    assert rest[-1][2] == "StopTransaction"
    assert len(rest) > 2
    assert {frame[3]["transactionId"] for frame in rest} == {-1}


@pytest.mark.requirement("ERR 3.54", "a transactionId may be zero or negative")
@pytest.mark.requirement("behaviour 9", "zero and negative ids of the central system are valid")
@pytest.mark.parametrize("number", [0, -1, -7, 0.0, -5.0])
def test_a_transaction_id_may_be_zero_or_negative(make_rig, number):
    rig = make_rig(OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    rig.answers["StartTransaction"] = {"transactionId": number, **ACCEPTED}
    rig.charge()
    rig.wait(11)
    assert rig.call("RemoteStopTransaction", {"transactionId": int(number)})[2] == {"status": "Accepted"}
    rig.run(500)
    assert {frame[3]["transactionId"] for frame in sent(rig, "MeterValues", "StopTransaction")} == {number}


@pytest.mark.requirement("J 4.1.4", "an id has at most 36 characters and belongs to one message")
@pytest.mark.requirement("behaviour 6", "ids of at most 36 characters, none for two messages")
def test_an_id_belongs_to_one_message(make_rig):
    rig = make_rig(OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    rig.charge()
    rig.wait(25)
    rig.swipe()
    rig.run(1000)
    frames = [frame for frame in rig.link.sent if frame[0] == 2]
    assert len({frame[1] for frame in frames}) == len(frames)
    assert max(len(frame[1]) for frame in frames) <= 36


@pytest.mark.requirement(
    "SPEC 3.7", "queued offline, delivered in order; what is new waits behind, other messages may overtake"
)
@pytest.mark.requirement(
    "behaviour 7", "in order with original timestamps, new ones behind them, others may overtake"
)
@pytest.mark.requirement("behaviour 5", "one call is outstanding at a time")
def test_sixteen_offline_sessions_are_delivered_in_order_within_30_seconds(make_rig):
    rig = make_rig(
        OCPP_OFFLINE_AUTHORIZATION="true",
        SAFETY_MIN_OFF_SECONDS="0",
        SAFETY_MAX_CYCLES_PER_HOUR="60",
        OCPP_METER_VALUE_SAMPLE_INTERVAL="0",
    )
    rig.run(2000)
    rig.link.connected = False
    for _ in range(16):
        rig.plug()
        rig.swipe()
        rig.run(400)
        rig.meter.energy_wh += 10
        rig.rtc += 100
        rig.unplug()
    rig.link.connected = True
    rig.answers["StartTransaction"] = lambda payload: {"transactionId": payload["meterStart"], **ACCEPTED}
    rig.run(20)
    rig.swipe()
    rig.plug()
    rig.run(29_000)
    frames = sent(rig)
    assert [frame[2] for frame in frames] == ["StartTransaction", "StopTransaction"] * 16 + [
        "StartTransaction"
    ]
    stamps = [frame[3]["timestamp"] for frame in frames]
    assert stamps == sorted(stamps)
    assert len(set(stamps)) >= 16
    for start, stop in zip(frames[::2], frames[1::2], strict=False):
        assert stop[3]["transactionId"] == start[3]["meterStart"]
        assert stop[3]["meterStop"] == start[3]["meterStart"] + 10
    order = [frame[2] for frame in rig.link.sent if frame[0] == 2]
    assert order.index("Authorize") < len(order) - 1 - order[::-1].index("StopTransaction"), (
        "a card overtakes"
    )


@pytest.mark.requirement("ERR 3.82", "MessageTimeout: so long an answer is waited for")
@pytest.mark.parametrize("seconds", [5, 90])
def test_a_call_without_an_answer_ends_after_the_message_timeout(rig, seconds):
    rig.answers["StopTransaction"] = None
    rig.charge()
    configure(rig, "MessageTimeout", seconds)
    rig.swipe()
    rig.wait(seconds - 2)
    assert not any("no answer to StopTransaction" in line for line in rig.log_lines)
    rig.wait(4)
    assert any("no answer to StopTransaction" in line for line in rig.log_lines)


@pytest.mark.requirement(
    "ERR 3.17", "a start that is not accepted stops the transaction, or only its energy, as the key says"
)
@pytest.mark.requirement("behaviour 10", "StopTransactionOnInvalidId false: only the energy stops")
def test_a_refused_transaction_that_goes_on_keeps_the_id_of_that_answer(make_rig):
    rig = make_rig(OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    rig.answers["StartTransaction"] = None
    rig.charge()
    configure(rig, "StopTransactionOnInvalidId", "false")
    answer = {"transactionId": 9, "idTagInfo": {"status": "Blocked"}}
    rig.link.deliver([3, sent(rig, "StartTransaction")[-1][1], answer])
    rig.wait(15)
    assert not rig.relay.closed
    assert rig.statuses()[-1] == "SuspendedEVSE"
    assert not sent(rig, "StopTransaction")
    rig.swipe()
    rig.run(500)
    assert {frame[3]["transactionId"] for frame in sent(rig, "MeterValues", "StopTransaction")} == {9}


@pytest.mark.requirement(
    "behaviour 32", "connector 1; meterStart and meterStop are the meter's register in Wh"
)
def test_start_and_stop_are_of_connector_1_and_have_the_register(rig):
    rig.charge()
    assert rig.journal.running.energy_wh == rig.meter.energy_wh
    rig.meter.energy_wh += 1234
    rig.swipe()
    rig.run(500)
    (start,), (stop,) = sent(rig, "StartTransaction"), sent(rig, "StopTransaction")
    assert start[3]["connectorId"] == 1
    assert stop[3]["meterStop"] - start[3]["meterStart"] == 1234


@pytest.mark.parametrize("kind", [records.START, records.STOP])
def test_want_of_memory_loses_no_stop(rig, monkeypatch, kind):
    rig.run(11000)
    rig.plug()
    seal = records.seal
    lacks = [kind]

    def fail_once(kind, payload):
        if kind in lacks:
            lacks.remove(kind)
            raise MemoryError
        return seal(kind, payload)

    monkeypatch.setattr(records, "seal", fail_once)
    for _ in range(4):
        try:
            rig.swipe()
        except MemoryError:
            assert not lacks
        rig.run(500)
    rig.unplug()
    rig.run(1000)
    assert not lacks
    assert not rig.relay.closed
    assert rig.journal.running is None
    assert rig.interlock.fault is None
    actions = [action for action, _ in rig.calls() if action.endswith("Transaction")]
    assert actions == ["StartTransaction", "StopTransaction"] * (len(actions) // 2)
    assert actions


@pytest.mark.requirement("ERR 3.18", "without a transactionId everything of the transaction is sent with -1")
def test_what_follows_a_start_whose_record_is_damaged_is_sent_without_an_id(make_rig):
    memory = Memory()
    memory.wait()
    session = memory.journal.start("CARD", 1_795_332_600, 1000)
    memory.journal.meter(session, 1_795_332_660, 1100, 0, 1)
    memory.journal.stop(session, 1_795_332_700, 1200, "Local", "CARD")
    memory.wait()
    memory.medium.data[0][memory.medium.log().find(b"CARD")] ^= 1
    rig = make_rig(journal=memory.restart())
    rig.run(3000)
    assert [frame[2] for frame in sent(rig)] == ["MeterValues", "StopTransaction"]
    assert {frame[3]["transactionId"] for frame in sent(rig)} == {-1}
