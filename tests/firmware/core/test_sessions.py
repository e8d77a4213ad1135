# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whole sessions through the core, on fakes: what the central system receives and what the relay does."""

import pytest
from charger import connector


@pytest.mark.requirement("behaviour 1", "Nothing else is sent before BootNotification is accepted")
@pytest.mark.requirement("SPEC 4.2", "Nothing else is sent before it is accepted")
def test_nothing_is_sent_before_boot_notification_is_accepted(rig):
    rig.answers["BootNotification"] = {
        "status": "Pending",
        "interval": 20,
        "currentTime": "2026-11-22T07:30:00Z",
    }
    rig.run(19000)
    assert [a for a, _ in rig.calls()] == ["BootNotification"]
    rig.run(3000)
    assert [a for a, _ in rig.calls()] == ["BootNotification"] * 2


@pytest.mark.requirement("behaviour 3", "After Accepted the status of connectors 0 and 1 is reported")
def test_after_boot_both_connectors_are_reported(rig):
    rig.run(1000)
    assert [p["connectorId"] for p in rig.calls("StatusNotification")] == [0, 1]


@pytest.mark.requirement("behaviour 12", "The card that started stops without an Authorize")
@pytest.mark.requirement("behaviour 32", "meterStart and meterStop are the meter's register")
@pytest.mark.requirement("SPEC 4.8", "A start has its card, time and register")
def test_cable_then_card_charges_and_the_same_card_stops(rig):
    rig.charge()
    assert rig.lock.engaged
    rig.meter.energy_wh += 42
    rig.swipe()
    rig.run(300)
    assert not rig.relay.closed
    assert not rig.lock.engaged
    rig.unplug()
    (start,), (stop,) = rig.calls("StartTransaction"), rig.calls("StopTransaction")
    assert start["meterStart"] == 1000
    assert start["idTag"] == "04A2B3C4"
    assert (stop["meterStop"], stop["reason"], stop["transactionId"]) == (1042, "Local", 7)
    assert rig.statuses() == ["Available", "Preparing", "Charging", "Finishing", "Available"]


@pytest.mark.requirement("SPEC 4.3", "No DataTransfer of our own")
def test_a_session_needs_no_message_beyond_those_of_ocpp(rig):
    rig.charge()
    rig.wait(61)
    rig.swipe()
    rig.unplug()
    assert {action for action, _ in rig.calls()} == {
        *("BootNotification", "StatusNotification", "Authorize"),
        *("StartTransaction", "MeterValues", "StopTransaction"),
    }


def test_card_then_cable_charges(rig):
    rig.run(11000)
    rig.swipe()
    rig.plug()
    rig.run(300)
    assert rig.relay.closed


@pytest.mark.requirement("behaviour 21", "Preparing ends after ConnectionTimeOut")
@pytest.mark.requirement("SPEC 4.9", "B1: Preparing ends with the time-out")
@pytest.mark.requirement("SPEC 9.1.6", "ConnectionTimeOut ends the wait for a cable")
def test_card_without_a_cable_is_forgotten_after_the_connection_timeout(make_rig):
    rig = make_rig(OCPP_CONNECTION_TIMEOUT="5")
    rig.run(11000)
    rig.swipe()
    rig.run(6000)
    rig.plug()
    rig.run(1000)
    assert not rig.relay.closed
    assert rig.statuses()[-1] == "Preparing"


@pytest.mark.requirement("SPEC 4.1", "No energy without authorisation")
def test_a_rejected_card_is_shown_and_nothing_starts(rig):
    rig.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    rig.run(11000)
    rig.plug()
    rig.swipe()
    rig.run(1000)
    assert not rig.relay.closed
    assert rig.screen.notices == ["Rejected"]
    assert not rig.calls("StartTransaction")


@pytest.mark.requirement(
    "behaviour 10", "A refused start stops with DeAuthorized, and the cable stays locked"
)
@pytest.mark.requirement("behaviour 11", "The same card frees the cable")
def test_start_transaction_refused_opens_the_relay_and_keeps_the_cable(rig):
    rig.answers["StartTransaction"] = {"idTagInfo": {"status": "Blocked"}, "transactionId": 9}
    rig.run(11000)
    rig.plug()
    rig.swipe()
    rig.run(1000)
    assert not rig.relay.closed
    assert rig.lock.engaged
    (stop,) = rig.calls("StopTransaction")
    assert (stop["reason"], stop["transactionId"]) == ("DeAuthorized", 9)
    rig.swipe("04999999")
    rig.run(500)
    assert rig.lock.engaged
    rig.swipe()
    rig.run(500)
    assert not rig.lock.engaged


@pytest.mark.requirement("behaviour 17", "An unplug is EVDisconnected")
@pytest.mark.requirement("SPEC 4.10", "StopTransactionOnEVSideDisconnect true: EVDisconnected")
@pytest.mark.requirement("SPEC 4.9", "Available after the plug was pulled: the cable is out here, too")
def test_unplugging_opens_at_once_and_is_reported(rig):
    rig.charge()
    rig.cable.on = False
    rig.run(5)
    assert not rig.relay.closed
    rig.run(1000)
    assert rig.calls("StopTransaction")[0]["reason"] == "EVDisconnected"
    assert rig.statuses()[-1] == "Available"


def test_a_glitch_on_the_cable_ends_no_transaction(rig):
    rig.charge()
    rig.cable.on = False
    rig.run(100)
    assert not rig.relay.closed
    rig.cable.on = True
    rig.run(9000)
    assert not rig.relay.closed, "recloses only after min_off_seconds"
    rig.run(2000)
    assert rig.relay.closed
    assert not rig.calls("StopTransaction")


@pytest.mark.requirement("behaviour 17", "An emergency stop is EmergencyStop")
@pytest.mark.requirement("SPEC 4.9", "A fault that is over leads back to what was before")
def test_emergency_stop_latches_until_reset(rig):
    rig.charge()
    rig.emergency_stop.on = True
    rig.run(5)
    assert not rig.relay.closed
    rig.emergency_stop.on = False
    rig.run(2000)
    assert rig.calls("StopTransaction")[0]["reason"] == "EmergencyStop"
    assert rig.statuses()[-1] == "Faulted"
    rig.swipe()
    rig.run(1000)
    assert not rig.relay.closed
    assert rig.call("Reset", {"type": "Soft"})[2] == {"status": "Accepted"}
    rig.run(500)
    assert rig.reboots


def test_the_service_button_clears_a_latched_emergency_stop(rig):
    rig.run(2000)
    rig.emergency_stop.on = True
    rig.run(100)
    rig.service_button.on = True
    rig.run(100)
    assert rig.statuses()[-1] == "Faulted", "still pressed: latches again"
    rig.emergency_stop.on = rig.service_button.on = False
    rig.run(100)
    rig.service_button.on = True
    rig.run(500)
    assert rig.statuses()[-1] == "Available"


def test_a_late_authorisation_after_the_cable_is_gone_starts_nothing(rig):
    rig.answers["Authorize"] = None
    rig.run(11000)
    rig.plug()
    rig.swipe()
    unique_id = rig.link.sent[-1][1]
    rig.unplug()
    rig.link.deliver([3, unique_id, {"idTagInfo": {"status": "Accepted"}}])
    rig.run(500)
    rig.plug()
    rig.run(1000)
    assert not rig.relay.closed
    assert not rig.calls("StartTransaction")


@pytest.mark.requirement("behaviour 12", "Another card is asked about before it stops a transaction")
@pytest.mark.requirement("SPEC 3.10", "A card of the same parent may stop")
def test_another_card_stops_only_with_the_same_parent(rig):
    family = {"idTagInfo": {"status": "Accepted", "parentIdTag": "FAMILY"}}
    rig.answers["Authorize"] = lambda p: (
        family if p["idTag"] != "04STRANGER" else {"idTagInfo": {"status": "Accepted"}}
    )
    rig.charge()
    rig.swipe("04STRANGER")
    rig.run(500)
    assert rig.relay.closed
    rig.swipe("04SPOUSE")
    rig.run(500)
    assert not rig.relay.closed
    assert rig.calls("StopTransaction")[0]["idTag"] == "04SPOUSE"


def test_a_lost_reader_stops_the_charge_and_unlocks(rig):
    rig.charge()
    rig.card_reader.lost = True
    rig.run(500)
    assert not rig.relay.closed
    assert not rig.lock.engaged
    assert rig.calls("StatusNotification")[-1]["errorCode"] == "ReaderFailure"
    rig.card_reader.lost = False
    rig.run(500)
    assert rig.calls("StatusNotification")[-1]["errorCode"] == "NoError"


@pytest.mark.requirement("SPEC 5.11", "AuthorizeRemoteTxRequests false: the transaction starts at once")
@pytest.mark.requirement("SPEC 5.11", "Without a connectorId the charge point chooses")
@pytest.mark.requirement("ERR 3.32", "Accepted means that it will be tried")
def test_remote_start_without_a_cable_waits_for_it(rig):
    rig.run(11000)
    assert rig.call("RemoteStartTransaction", {"idTag": "app-1"})[2] == {"status": "Accepted"}
    assert not rig.relay.closed
    rig.plug()
    rig.run(500)
    assert rig.relay.closed
    assert rig.call("RemoteStopTransaction", {"transactionId": 8}, "c2")[2] == {"status": "Rejected"}
    assert rig.call("RemoteStopTransaction", {"transactionId": 7}, "c3")[2] == {"status": "Accepted"}
    rig.run(500)
    assert rig.calls("StopTransaction")[0]["reason"] == "Remote"
    assert not rig.relay.closed


def test_a_repeated_call_gets_the_same_answer_and_no_second_action(rig):
    rig.run(11000)
    first = rig.call("RemoteStartTransaction", {"idTag": "app-1"}, "same")
    again = rig.call("RemoteStartTransaction", {"idTag": "app-1"}, "same")
    assert first == again


@pytest.mark.requirement(
    "J 4.2.3", "An action nobody knows is NotImplemented, one of another profile NotSupported"
)
@pytest.mark.requirement("ERR 3.39", "A profile that is not there is NotSupported")
@pytest.mark.requirement("SPEC 3.3", "A call of a profile that is not there is NotSupported")
@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("NoSuchAction", {}, "NotImplemented"),
        ("ReserveNow", {}, "NotSupported"),
        ("Reset", {}, "ProtocolError"),
        ("Reset", {"type": 1}, "TypeConstraintViolation"),
        ("Reset", {"type": "Warm"}, "PropertyConstraintViolation"),
        ("RemoteStartTransaction", {"idTag": "x" * 21}, "PropertyConstraintViolation"),
        ("RemoteStopTransaction", {"transactionId": True}, "TypeConstraintViolation"),
    ],
)
def test_a_wrong_call_gets_the_right_error(rig, action, payload, code):
    rig.run(1000)
    frame = rig.call(action, payload)
    assert frame[0] == 4
    assert frame[2] == code


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        "[",
        "null",
        "[]",
        "[2]",
        "{}",
        '[2,"x"]',
        "[9,1,2]",
        "[" * 2000,
        '[3,"nobody",{}]',
        "x" * 3000,
    ],
)
def test_rubbish_ends_in_the_log_and_nowhere_else(rig, rubbish):
    rig.charge()
    lines = len(rig.log_lines)
    rig.link.deliver(rubbish)
    rig.run(100)
    assert rig.relay.closed
    assert len(rig.log_lines) > lines


@pytest.mark.parametrize("answer", [{}, {"idTagInfo": 3}, {"idTagInfo": {"status": 1}}, {"idTagInfo": None}])
def test_a_nonsense_answer_to_authorize_is_a_refusal(rig, answer):
    rig.answers["Authorize"] = answer
    rig.run(11000)
    rig.plug()
    rig.swipe()
    rig.run(1000)
    assert not rig.relay.closed


@pytest.mark.requirement("behaviour 7", "What happened offline is delivered in order")
@pytest.mark.requirement("SPEC 3.7", "Offline messages are queued, and delivered in order")
def test_messages_of_an_outage_are_delivered_in_order_afterwards(rig):
    rig.charge()
    rig.link.connected = False
    rig.meter.energy_wh += 5
    rig.run(61000)
    rig.unplug()
    rig.link.connected = True
    rig.run(1000)
    transaction = [a for a, _ in rig.calls() if a.endswith("Transaction") or a == "MeterValues"]
    assert transaction == ["StartTransaction", "MeterValues", "StopTransaction"]


@pytest.mark.requirement("behaviour 8", "Silence discards nothing, and a repetition has the same payload")
def test_an_unanswered_start_is_repeated_identically_and_never_dropped(rig):
    rig.answers["StartTransaction"] = None
    rig.charge()
    rig.run(240_000)
    starts = rig.calls("StartTransaction")
    assert len(starts) == 3, "30 s each without an answer, then 60 s and 120 s of waiting"
    assert all(s == starts[0] for s in starts)
    assert rig.relay.closed, "an unanswered StartTransaction does not open the relay"


@pytest.mark.requirement("behaviour 9", "Without a transactionId -1 is sent")
@pytest.mark.requirement("behaviour 8", "A message is discarded after TransactionMessageAttempts failures")
@pytest.mark.requirement("SPEC 3.7.1", "After the last attempt the next message has its turn")
@pytest.mark.requirement("SPEC 9.1.31", "As many attempts as the key says")
def test_a_start_that_fails_three_times_is_given_up_and_stopped_as_unknown(rig):
    rig.answers["StartTransaction"] = {"nonsense": True}
    rig.charge()
    rig.run(200_000)
    rig.unplug()
    rig.run(1000)
    assert len(rig.calls("StartTransaction")) == 3
    assert rig.calls("StopTransaction")[0]["transactionId"] == -1


@pytest.mark.requirement("SPEC 3.5.4", "Unknown cards start offline only where the key allows it")
@pytest.mark.requirement("SPEC 9.1.1", "It decides about unknown cards offline")
def test_offline_cards_are_refused_unless_allowed(rig):
    rig.run(2000)
    rig.link.connected = False
    rig.plug()
    rig.swipe()
    rig.run(500)
    assert rig.screen.notices == ["Offline"]
    assert not rig.relay.closed


@pytest.mark.requirement("SPEC 3.7", "16 transactions of an offline time are queued")
def test_sixteen_offline_sessions_are_kept_and_the_seventeenth_is_refused(make_rig):
    rig = make_rig(
        OCPP_OFFLINE_AUTHORIZATION="true", SAFETY_MIN_OFF_SECONDS="0", OCPP_METER_VALUE_SAMPLE_INTERVAL="0"
    )
    rig.run(2000)
    rig.link.connected = False
    for _ in range(17):
        rig.plug()
        rig.swipe()
        rig.run(400)
        rig.unplug()
    assert rig.screen.notices == ["Not Ready"]
    assert "state refused: too many transactions are undelivered" in rig.log_lines
    rig.link.connected = True
    rig.run(5000)
    assert len(rig.calls("StartTransaction")) == len(rig.calls("StopTransaction")) == 16


@pytest.mark.requirement("behaviour 30", "HeartbeatInterval counts inactivity")
@pytest.mark.requirement("SPEC 4.6", "A Heartbeat follows an interval without other messages")
def test_heartbeats_follow_silence(rig):
    rig.run(299_000)
    assert not rig.calls("Heartbeat")
    rig.run(3000)
    assert len(rig.calls("Heartbeat")) == 1


@pytest.mark.requirement("behaviour 27", "MeterValues follow MeterValueSampleInterval")
@pytest.mark.requirement("SPEC 9.1.19", "MeterValues follow the interval")
def test_meter_values_follow_the_interval(make_rig):
    rig = make_rig(OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    rig.charge()
    rig.meter.energy_wh += 3
    rig.run(10_000)
    (values,) = rig.calls("MeterValues")
    assert values["transactionId"] == 7
    assert values["meterValue"][0]["sampledValue"][0]["value"] == "1003"


def test_a_time_that_could_not_be_read_is_asked_for_again_within_a_minute(make_rig):
    rig = make_rig()
    rig.answers["BootNotification"] = {**rig.answers["BootNotification"], "interval": 86_400}
    allow = rig.stalls.allow
    # Read the answer to BootNotification, but not the time in it.
    refused = []
    rig.stalls.allow = lambda ms: not rig.calls("BootNotification") or refused.append(ms)
    rig.run(2000)
    assert refused
    assert rig.clock.unix() is None
    rig.stalls.allow = allow
    rig.run(61_000)
    assert rig.clock.unix() is not None
    rig.run(61_000)
    asked = len(rig.calls("Heartbeat"))
    rig.run(300_000)
    assert len(rig.calls("Heartbeat")) == asked


@pytest.mark.parametrize("error", [MemoryError, ImportError("no module named 'charger.ocpp.registration'")])
def test_what_cannot_be_loaded_is_a_line_and_tried_again(rig, monkeypatch, error):
    def visit(name):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("charger.ocpp.boot.visit", visit)
        rig.run(2000)
    assert any("ocpp cannot load ocpp.registration (" in line for line in rig.log_lines)
    rig.run(61_000)
    assert rig.statuses() == ["Available"]


@pytest.mark.parametrize("status", ["Preparing", "Charging", "Finishing", "Available"])
def test_a_status_for_which_there_was_no_memory_is_sent_with_the_next_step(rig, monkeypatch, status):
    rig.run(11_000)
    struck = []

    def starved(phase):
        if status_of(phase) == status and not struck:
            struck.append(rig.now)
            raise MemoryError
        return status_of(phase)

    status_of = connector.status
    monkeypatch.setattr(connector, "status", starved)

    def act(what, *arguments):
        try:
            what(*arguments)
        except MemoryError:
            rig.run(500)

    for what in (rig.plug, rig.swipe, rig.swipe, rig.unplug):
        act(what)
        rig.run(11_000)
    assert struck
    rig.run(2000)
    assert rig.statuses()[-1] == "Available"
    assert status in rig.statuses()


@pytest.mark.requirement("behaviour 23", "A soft reset delivers the StopTransaction before the restart")
@pytest.mark.requirement("SPEC 5.14", "Soft: the stop is delivered before the restart")
def test_a_soft_reset_delivers_the_stop_before_the_restart(rig):
    rig.charge()
    rig.call("Reset", {"type": "Soft"})
    rig.run(500)
    assert rig.calls("StopTransaction")[0]["reason"] == "SoftReset"
    assert rig.reboots


@pytest.mark.requirement(
    "J 4.2.3", "A call for which there is no memory is InternalError, and changes nothing"
)
@pytest.mark.requirement("SPEC 5.14", "The answer says whether a reset will be tried")
def test_a_reset_without_memory_for_its_log_line_is_refused_and_not_carried_out(rig):
    class Starved(list):
        def append(self, line):
            if "restart requested" in line:
                raise MemoryError
            super().append(line)

    rig.charge()
    rig.log_lines = Starved()
    answer = rig.call("Reset", {"type": "Hard"})
    assert answer[:3] == [4, "c1", "InternalError"]
    rig.run(60_000)
    assert rig.reboots == []
    assert rig.relay.closed


@pytest.mark.requirement("SPEC 5.14", "Hard: the restart does not wait")
def test_a_hard_reset_does_not_wait_for_a_silent_central_system(rig):
    rig.answers["StopTransaction"] = None
    rig.charge()
    rig.call("Reset", {"type": "Hard"})
    assert not rig.relay.closed
    rig.run(4000)
    assert rig.reboots


def test_a_charge_survives_the_wrap_of_the_tick_counter(make_rig):
    rig = make_rig(now=(1 << 29) - 11_000)
    rig.charge()
    rig.run(5000)
    assert rig.relay.closed
    rig.cable.on = False
    rig.run(5)
    assert not rig.relay.closed


def test_after_a_reset_the_relay_rests_before_it_closes(rig):
    rig.interlock.rest()
    rig.run(1000)
    rig.plug()
    rig.swipe()
    rig.run(7000)
    assert not rig.relay.closed
    rig.run(2000)
    assert rig.relay.closed


HALF_A_PAIR = "\\ud800"  # as JSON spells what no encoding can carry


@pytest.mark.requirement("SPEC 2.2", "Identifiers are printable ASCII, compared without regard to case")
def test_a_remote_start_with_an_unprintable_id_tag_is_refused(rig):
    rig.run(2000)
    rig.plug()
    rig.link.deliver('[2,"c1","RemoteStartTransaction",{"idTag":"' + HALF_A_PAIR + '"}]')
    rig.run(1000)
    assert rig.results()[-1][2] == "PropertyConstraintViolation"
    assert not rig.relay.closed


def test_an_unprintable_call_id_is_ignored_and_silences_nothing(rig):
    rig.charge()
    rig.link.deliver('[2,"' + HALF_A_PAIR + '","Reset",{"type":"Soft"}]')
    rig.run(100)
    rig.unplug()
    assert rig.calls("StopTransaction")


def test_an_answer_that_cannot_be_sent_does_not_silence_the_others(rig):
    rig.run(2000)
    publish, rig.link.publish = rig.link.publish, None
    rig.link.deliver([2, "c1", "Foo", {}])
    with pytest.raises(TypeError):
        rig.run(100)
    rig.link.publish = publish
    assert rig.call("Foo", {}, "c2")[1] == "c2"


def test_while_the_link_takes_nothing_one_frame_is_made_in_a_pass_at_most(rig):
    rig.charge()
    rig.run(11_000)
    made = []
    rig.link.publish = lambda frame: made.append(rig.now)
    rig.swipe()
    rig.swipe()
    rig.run(1000)
    assert len(made) > 100
    assert len(made) == len(set(made))


def test_a_start_with_an_unprintable_status_is_a_refusal(rig):
    rig.answers["StartTransaction"] = {"idTagInfo": {"status": "\ud800"}, "transactionId": 9}
    rig.run(2000)
    rig.plug()
    rig.swipe()
    rig.run(1000)
    assert not rig.relay.closed


def test_a_start_refused_without_a_transaction_id_opens_the_relay(rig):
    rig.answers["StartTransaction"] = {"idTagInfo": {"status": "Blocked"}}
    rig.run(2000)
    rig.plug()
    rig.swipe()
    rig.run(1000)
    assert not rig.relay.closed
    assert rig.calls("StopTransaction")[0]["transactionId"] == -1


def test_a_transaction_that_cannot_be_recorded_draws_no_energy(rig):
    rig.run(2000)
    rig.plug()

    def full(*_):
        raise MemoryError

    rig.journal.start = full
    rig.card_reader.uid = "04A2B3C4"
    with pytest.raises(MemoryError):
        rig.run(500)
    rig.run(2000)
    assert not rig.relay.closed
    assert not rig.lock.engaged
    assert rig.statuses()[-1] == "Finishing"
    assert rig.interlock.fault is None


def test_a_missing_part_stays_a_fault_whatever_clears_the_others(rig):
    rig.run(2000)
    rig.interlock.bar("lock_pin: this board has no pin NOPE")
    rig.run(100)
    rig.service_button.on = True
    rig.run(500)
    rig.plug()
    rig.swipe()
    rig.run(1000)
    assert not rig.relay.closed
    assert rig.statuses()[-1] == "Faulted"


@pytest.mark.requirement("SPEC 6.47", "info has at most 50 characters")
def test_the_info_of_a_status_has_at_most_50_characters(rig):
    rig.run(2000)
    rig.interlock.bar("relay_pin: " + "x" * 90)
    rig.run(100)
    assert len(rig.calls("StatusNotification")[-1]["info"]) == 50


@pytest.mark.requirement("SPEC 4.8", "A start is reported though no status is answered")
def test_a_central_system_that_ignores_statuses_still_receives_transactions(rig):
    rig.answers["StatusNotification"] = None
    rig.run(70_000)
    rig.plug()
    rig.swipe()
    rig.run(100_000)
    assert rig.relay.closed
    assert rig.calls("StartTransaction")
    assert rig.calls("MeterValues")


@pytest.mark.usefixtures("held")
def test_a_held_cable_is_freed_when_the_reader_is_lost(rig):
    rig.card_reader.lost = True
    rig.run(500)
    assert not rig.lock.engaged


def test_a_refused_remote_start_does_not_hold_a_cable_that_no_card_could_free(rig):
    rig.answers["StartTransaction"] = {"idTagInfo": {"status": "Blocked"}, "transactionId": 9}
    rig.run(2000)
    rig.plug()
    rig.call("RemoteStartTransaction", {"idTag": "app-1"})
    rig.run(1000)
    assert not rig.relay.closed
    assert not rig.lock.engaged


def test_an_emergency_stop_during_a_reset_outlasts_it(rig):
    rig.answers["StopTransaction"] = None
    rig.charge()
    rig.call("Reset", {"type": "Soft"})
    rig.emergency_stop.on = True
    rig.run(100)
    rig.emergency_stop.on = False
    rig.run(50_000)
    assert rig.reboots
    assert rig.store.fault == "EmergencyStop"


def test_a_remote_start_does_not_take_over_from_a_card_that_waits_for_its_cable(rig):
    rig.run(2000)
    rig.swipe()
    rig.run(200)
    assert rig.call("RemoteStartTransaction", {"idTag": "app-1"})[2] == {"status": "Rejected"}
    rig.plug()
    rig.run(500)
    assert rig.calls("StartTransaction")[0]["idTag"] == "04A2B3C4"


@pytest.mark.requirement("behaviour 2", "The interval of a BootNotification that is not accepted is kept to")
@pytest.mark.requirement("SPEC 4.2", "The interval passes before the next one")
def test_a_long_boot_interval_is_kept_to(rig):
    rig.answers["BootNotification"] = {
        "status": "Pending",
        "interval": 90000,
        "currentTime": "2026-11-22T07:30:00Z",
    }
    rig.run(200_000)
    assert len(rig.calls("BootNotification")) == 1


def test_a_state_machine_that_always_fails_is_reported_as_faulted(rig):
    rig.charge()
    rig.interlock.make_safe(rig.now)
    for task in rig.core.urgent + rig.core.rest:
        if task.name != "connector":
            task.step(rig.now)
    assert rig.calls("StatusNotification")[-1]["status"] == "Faulted"
    assert rig.screen.state == rig.led.state == "Faulted"
    assert not rig.relay.closed


def test_a_fault_that_is_to_be_cleared_at_once_still_ends_the_transaction(rig):
    rig.charge()
    rig.interlock.latch("InternalError")
    rig.interlock.clear_fault()
    rig.run(500)
    assert rig.interlock.fault == "InternalError"
    assert rig.calls("StopTransaction")[0]["reason"] == "Other"
    assert not rig.lock.engaged
