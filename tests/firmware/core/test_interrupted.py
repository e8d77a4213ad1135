# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A transaction that ran when the program ended: it ends with the reason of the reset, or goes on where that is allowed."""

import pytest
from charger import connector
from charger.journal import Journal
from charger.records import Content

from tests.firmware.core.media import Charger as Memory

RESUME = {"SAFETY_RESUME_AFTER_POWER_LOSS": "true"}


def transaction_messages(rig):
    return [action for action, _ in rig.calls() if action.endswith("Transaction")]


@pytest.fixture
def interrupted(make_rig):
    """interrupted(reason, cable_in, **settings): the rig after a restart in the middle of a charge of 250 Wh, with `first`,
    the rig before it."""

    def restart(reason="power", cable_in=True, before=lambda rig: None, answers=None, **settings):
        memory = Memory()
        first = make_rig(journal=memory.journal, **settings)
        first.answers.update(answers or {})
        first.charge()
        first.meter.energy_wh += 250
        first.run(200)
        before(first)
        # All that was not written by then is lost.
        rig = make_rig(journal=memory.restart(), reason=reason, cable_in=cable_in, **settings)
        rig.first = first
        # As hardware and assembly.py have it: the relay has been open since the reset.
        rig.interlock.rest(rig.now)
        return rig

    return restart


@pytest.mark.requirement(
    "SPEC 7.36", "PowerLoss for a loss of power, Reboot for a reset of the charge point's own"
)
@pytest.mark.requirement("behaviour 17", "the stop after a restart has the reason of the reset")
@pytest.mark.parametrize(
    ("reset", "reason"),
    [
        ("power", "PowerLoss"),
        ("brownout", "PowerLoss"),
        ("watchdog", "Reboot"),
        ("crash", "Reboot"),
        ("button", "Reboot"),
        ("software", "Reboot"),
        ("reload", "Reboot"),
        ("unknown", "Reboot"),
    ],
)
@pytest.mark.requirement("SPEC 4.10", "idTag is left out where the charge point itself stops")
def test_after_a_restart_the_transaction_is_stopped_with_the_reason_of_the_reset(interrupted, reset, reason):
    rig = interrupted(reset)
    rig.run(3000)
    (stop,) = rig.calls("StopTransaction")
    assert (stop["reason"], stop["transactionId"], stop["meterStop"]) == (reason, 7, 1250)
    assert "idTag" not in stop, "nobody stopped it"
    assert not rig.relay.closed
    assert not rig.lock.engaged
    assert rig.statuses() == ["Preparing"]


def test_the_stop_has_the_time_and_the_register_of_the_last_checkpoint(interrupted):
    rig = interrupted(cable_in=False)
    rig.utc += 3600
    rig.run(3000)
    (stop,) = rig.calls("StopTransaction")
    assert (stop["timestamp"], stop["meterStop"]) == ("2026-11-22T07:30:00Z", 1250)


def test_it_follows_what_was_queued_and_comes_before_anything_new(interrupted):
    rig = interrupted(answers={"StartTransaction": None})
    rig.run(8000)
    rig.swipe()
    rig.wait(15)
    assert rig.relay.closed, "a card starts anew"
    assert transaction_messages(rig) == ["StartTransaction", "StopTransaction", "StartTransaction"]
    again, new = rig.calls("StartTransaction")
    assert again == rig.first.calls("StartTransaction")[0]
    assert new["meterStart"] >= again["meterStart"]


@pytest.mark.requirement(
    "SPEC 4.2", "what was queued before a restart waits for an accepted BootNotification"
)
@pytest.mark.requirement(
    "behaviour 1", "nothing else before BootNotification is accepted, cached messages included"
)
@pytest.mark.parametrize("status", ["Pending", "Rejected", None])
def test_what_is_queued_is_not_sent_before_boot_notification_is_accepted(interrupted, status):
    rig = interrupted()
    answer = rig.answers["BootNotification"]
    rig.answers["BootNotification"] = None if status is None else {**answer, "status": status, "interval": 60}
    rig.wait(50)
    assert {action for action, _ in rig.calls()} == {"BootNotification"}
    rig.answers["BootNotification"] = answer
    rig.wait(70)
    assert transaction_messages(rig) == ["StopTransaction"]


@pytest.mark.requirement("behaviour 8", "a repeated message has an identical payload, also after a restart")
def test_after_a_restart_a_message_has_the_id_and_the_payload_that_it_had_before(interrupted):
    def stop(rig):
        rig.swipe()
        rig.run(1000)

    rig = interrupted(before=stop, answers={"StopTransaction": None})
    rig.run(3000)
    before, after = (
        [frame for frame in each.link.sent if frame[0] == 2 and frame[2] == "StopTransaction"]
        for each in (rig.first, rig)
    )
    assert before == after
    assert len(after[0][1]) <= 36


def test_failures_to_process_before_a_restart_count_after_it(interrupted):
    def fail(rig):
        rig.swipe()
        rig.wait(73)

    rig = interrupted(before=fail, answers={"StopTransaction": []})
    assert len(rig.first.calls("StopTransaction")) == 2
    rig.answers["StopTransaction"] = []
    rig.wait(400)
    assert len(rig.calls("StopTransaction")) == 1, "the third of three"
    assert len(rig.journal) == 0


def test_without_a_running_transaction_a_start_unlocks_and_nothing_runs(make_rig):
    rig = make_rig(cable_in=True, **RESUME)
    rig.run(15_000)
    assert not rig.lock.engaged
    assert not rig.relay.closed
    assert transaction_messages(rig) == []


# Going on.


@pytest.mark.parametrize("reset", ["power", "brownout", "watchdog"])
def test_where_the_owner_allows_it_the_same_transaction_goes_on(interrupted, reset):
    rig = interrupted(reset, **RESUME)
    rig.run(400)
    assert not rig.relay.closed, "the cable settles first"
    assert rig.lock.engaged
    rig.run(9000)
    assert not rig.relay.closed, "min_off_seconds"
    rig.run(2000)
    assert rig.relay.closed
    assert rig.statuses()[-1] == "Charging"
    assert transaction_messages(rig) == []
    rig.swipe()
    rig.run(500)
    (stop,) = rig.calls("StopTransaction")
    assert (stop["reason"], stop["transactionId"], stop["idTag"]) == ("Local", 7, "04A2B3C4")
    assert not rig.relay.closed


@pytest.mark.parametrize(
    "what",
    [
        {"reason": "button"},
        {"reason": "crash"},
        {"reason": "reload"},
        {"reason": "software"},
        {"reason": "unknown"},
        {"cable_in": False},
        {"answers": {"StartTransaction": None}},
        {"answers": {"StartTransaction": []}},
    ],
    ids=str,
)
def test_what_the_journal_does_not_prove_does_not_go_on(interrupted, what):
    rig = interrupted(**what, **RESUME)
    rig.wait(30)
    assert not rig.relay.closed
    assert not rig.lock.engaged
    (stop,) = rig.calls("StopTransaction")
    assert stop["reason"] == ("PowerLoss" if what.get("reason", "power") == "power" else "Reboot")


def test_with_a_fault_latched_it_does_not_go_on(make_rig):
    memory = Memory()
    first = make_rig(journal=memory.journal, **RESUME)
    first.charge()
    first.store.fault = "EmergencyStop"
    rig = make_rig(journal=memory.restart(), store=first.store, cable_in=True, **RESUME)
    rig.wait(30)
    assert rig.calls("StopTransaction")[0]["reason"] == "PowerLoss"
    assert not rig.relay.closed


@pytest.mark.parametrize("after_ms", [5, 100, 300, 495, 700, 5000])
def test_one_sample_without_the_cable_before_the_relay_closes_ends_it(interrupted, after_ms):
    rig = interrupted(**RESUME)
    rig.run(after_ms)
    assert rig.lock.engaged
    rig.cable.on = False
    rig.run(5)
    rig.cable.on = True
    rig.wait(30)
    assert not rig.relay.closed
    assert not rig.lock.engaged
    (stop,) = rig.calls("StopTransaction")
    assert (stop["reason"], stop["meterStop"]) == ("PowerLoss", max(1250, rig.meter.energy_wh))


def test_a_glitch_after_the_relay_has_closed_is_as_any_other(interrupted):
    rig = interrupted(**RESUME)
    rig.run(11_000)
    assert rig.relay.closed
    rig.cable.on = False
    rig.run(100)
    rig.cable.on = True
    rig.run(11_000)
    assert rig.relay.closed
    assert not rig.calls("StopTransaction")


def test_it_waits_for_the_time_with_the_cable_locked_and_takes_no_samples_meanwhile(interrupted):
    rig = interrupted(OCPP_METER_VALUE_SAMPLE_INTERVAL="10", **RESUME)
    rig.link.connected = False
    rig.wait(60)
    assert not rig.relay.closed
    assert rig.lock.engaged
    assert rig.screen.state == "SuspendedEVSE"
    assert len(rig.journal) == 0
    rig.link.connected = True
    rig.wait(12)
    assert rig.relay.closed


def test_while_it_waits_its_card_ends_it_with_the_time_of_the_checkpoint(interrupted):
    rig = interrupted(**RESUME)
    rig.link.connected = False
    rig.wait(20)
    rig.swipe()
    assert not rig.lock.engaged
    rig.link.connected = True
    rig.wait(30)
    (stop,) = rig.calls("StopTransaction")
    assert (stop["reason"], stop["timestamp"]) == ("Local", "2026-11-22T07:30:00Z")
    assert stop["meterStop"] == max(1250, rig.meter.energy_wh)
    assert not rig.relay.closed


def test_a_time_before_the_checkpoint_ends_it(interrupted):
    rig = interrupted(**RESUME)
    rig.answers["BootNotification"]["currentTime"] = "2026-11-22T07:29:00Z"
    rig.wait(30)
    (stop,) = rig.calls("StopTransaction")
    assert (stop["reason"], stop["timestamp"]) == ("PowerLoss", "2026-11-22T07:30:00Z")
    assert not rig.relay.closed


def test_the_central_system_can_stop_it_while_it_waits_and_after_it_has_gone_on(interrupted):
    for wait_ms in (2000, 15_000):
        rig = interrupted(**RESUME)
        rig.run(wait_ms)
        assert rig.call("RemoteStopTransaction", {"transactionId": 7})[2] == {"status": "Accepted"}
        rig.run(1000)
        assert [stop["reason"] for stop in rig.calls("StopTransaction")] == ["Remote"]
        assert not rig.relay.closed
        assert not rig.lock.engaged


def test_the_state_of_a_transaction_that_goes_on_is_one_of_the_connector_s_own(interrupted):
    rig = interrupted(**RESUME)
    rig.run(11_000)
    controller = next(task for task in rig.core.urgent if task.name == "connector").step.__self__
    assert controller.state.phase == connector.CHARGING
    assert controller.state.tag == "04A2B3C4"
    assert controller.interrupted is None


# A stop that could not be written.


@pytest.fixture
def ended(make_rig):
    """ended(error, ...): the rig after a restart that comes `after_ms` after a card has ended the charge, while the store
    fails with `error` for `fails_ms`; until the restart, if None. `still`: also after it. `nvm`: nvm can be written."""

    def restart(error, fails_ms=None, after_ms=20_000, still=False, nvm=True):
        memory = Memory()
        first = make_rig(journal=memory.journal, **RESUME)
        if not nvm:
            first.store.save = lambda *_: None
        first.charge()
        first.meter.energy_wh += 250
        first.run(3000)
        memory.medium.error = error
        first.swipe()
        first.run(after_ms if fails_ms is None else fails_ms)
        if fails_ms is not None:
            memory.medium.error = None
            first.run(after_ms - fails_ms)
        assert not first.relay.closed
        if not still:
            memory.medium.error = None
        rig = make_rig(journal=memory.restart(), store=first.store, cable_in=True, **RESUME)
        rig.first, rig.memory = first, memory
        rig.interlock.rest(rig.now)
        return rig

    return restart


FAILURES = [MemoryError(), OSError(5, "worn")]


@pytest.mark.parametrize("error", FAILURES, ids=repr)
def test_a_stop_that_could_not_be_written_is_tried_again_soon(ended, error):
    rig = ended(error, fails_ms=300, after_ms=3000, nvm=False)
    rig.wait(60)
    assert not rig.relay.closed
    sent = [
        {tuple(frame[1:3]) for frame in each.link.sent if frame[2] == "StopTransaction"}
        for each in (rig.first, rig)
    ]
    assert len(sent[0]) == 1
    assert sent[1] <= sent[0], "the same message, if any"


@pytest.mark.parametrize("error", FAILURES, ids=repr)
@pytest.mark.parametrize("after_ms", [300, 20_000])
def test_a_transaction_whose_stop_may_be_missing_does_not_go_on(ended, error, after_ms):
    rig = ended(error, after_ms=after_ms)
    assert rig.store.failing
    rig.wait(60)
    assert not rig.relay.closed
    assert rig.calls("StopTransaction")[0]["reason"] == "PowerLoss"
    assert not rig.store.failing, "its stop is written now"


@pytest.mark.parametrize("error", FAILURES, ids=repr)
@pytest.mark.parametrize("nvm", [True, False], ids=["nvm works", "nvm fails, too"])
def test_nor_while_the_store_takes_nothing(ended, error, nvm):
    rig = ended(error, still=True, nvm=nvm)
    rig.wait(60)
    assert not rig.relay.closed
    assert rig.store.failing is nvm
    rig.memory.medium.error = None
    rig.wait(70)
    assert not rig.store.failing


def test_a_journal_that_cannot_be_opened_meanwhile_changes_nothing(ended, make_rig):
    rig = ended(OSError(5, "held wire"), still=True)
    content = Content()
    content.trouble = "the journal cannot be opened"
    shut = make_rig(journal=Journal(content), store=rig.store, cable_in=True, **RESUME)
    shut.wait(60)
    rig.memory.medium.error = None
    last = make_rig(journal=rig.memory.restart(), store=shut.store, cable_in=True, **RESUME)
    last.interlock.rest(last.now)
    last.wait(60)
    assert not last.relay.closed
