# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The judgements of an episode that is over, on an episode of one charge: as it should be, and with one thing wrong."""

import copy

import pytest
from chargerctl.settings import effective_for_simulation
from chargerctl.simulator.chaos.judgements import judge
from chargerctl.simulator.chaos.judgements.history import History
from chargerctl.simulator.chaos.judgements.transactions import all_transactions, transactions

UID, OTHER = "04A2B3C4", "11223344"
IDENTITY = {"chargePointVendor": "GA Make", "chargePointModel": "ESP32-C6"}
ACCEPTED = {"idTagInfo": {"status": "Accepted"}}


def stamp(at_s):
    return f"2026-11-22T07:{30 + int(at_s) // 60:02d}:{int(at_s) % 60:02d}Z"


class Told:
    """The events of an episode, each with the meter's register. `calls`: by name, its payload to be changed."""

    def __init__(self):
        values = effective_for_simulation(None, {}, ["ocpp.meter_value_sample_interval=10"]).values
        self.values = values
        self.events = []
        self.wh = 0.0
        self.number = 0

    def event(self, at_s, kind, **values):
        self.events.append(({"t": at_s, "kind": kind, **values}, self.wh))

    def call(self, at_s, action, payload, answer, answered_s=None, call_id=None):
        self.number += 1
        call_id = call_id or f"boot-{self.number}"
        self.event(at_s, "frame", dir="out", frame=[2, call_id, action, payload])
        if answer is not None:
            frame = [4, call_id, answer, "", {}] if isinstance(answer, str) else [3, call_id, answer]
            self.event(answered_s or at_s + 0.01, "frame", dir="in", frame=frame)

    def status(self, at_s, status, connector=1, **more):
        payload = {"connectorId": connector, "status": status, "errorCode": "NoError", **more}
        self.call(at_s, "StatusNotification", payload | {"timestamp": stamp(at_s)}, {})

    def sample(self, at_s, wh):
        value = {"value": str(wh), "context": "Sample.Periodic", "unit": "Wh"}
        value["measurand"] = "Energy.Active.Import.Register"
        self.call(
            at_s,
            "MeterValues",
            {
                "connectorId": 1,
                "transactionId": 1,
                "meterValue": [{"timestamp": stamp(at_s), "sampledValue": [value]}],
            },
            {},
        )

    @property
    def violations(self):
        ordered = sorted(self.events, key=lambda entry: entry[0]["t"])
        return [text for _, text in judge(History(ordered, self.values))]

    def change(self, action, *path, to, number=0):
        """Another value at `path` of the payload of the call."""
        frames = [event["frame"] for event, _ in self.events if event["kind"] == "frame"]
        payload = [frame[3] for frame in frames if frame[2] == action][number]
        for name in path[:-1]:
            payload = payload[name]
        payload[path[-1]] = to

    def leave_out(self, holds):
        self.events = [entry for entry in self.events if not holds(entry[0])]


@pytest.fixture
def told():
    """A card, 30 s of charging at 100 Wh each 10 s, the same card again, and unplugged."""
    it = Told()
    it.event(0.0, "power", on=True)
    it.event(0.0, "reset", reason="power")
    it.event(0.0, "cable", plugged=False)
    identity = IDENTITY | {"chargePointSerialNumber": it.values["charger.serial"]}
    boot = {"status": "Accepted", "currentTime": stamp(10), "interval": 300}
    it.event(9.0, "connect")
    it.call(10.0, "BootNotification", identity, boot)
    it.status(10.1, "Available", 0, info="reset: power")
    it.status(10.2, "Available")
    it.event(20.0, "cable", plugged=True)
    it.status(20.6, "Preparing")
    it.event(22.0, "card", uid=UID)
    it.call(22.1, "Authorize", {"idTag": UID}, ACCEPTED)
    it.event(22.2, "lock", locked=True)
    it.event(22.2, "led", rgb="000014")
    it.status(22.3, "Charging")
    start = {"connectorId": 1, "idTag": UID, "meterStart": 0, "timestamp": stamp(22.2)}
    it.call(22.4, "StartTransaction", start, {"transactionId": 1, **ACCEPTED})
    it.event(22.5, "relay", closed=True)
    it.event(23.0, "card", uid=None)
    for at_s, wh in ((32.3, 100), (42.3, 200), (52.3, 300)):
        it.wh = wh
        it.sample(at_s, wh)
    it.event(54.0, "card", uid=UID)
    it.event(54.1, "relay", closed=False)
    it.event(54.1, "led", rgb="140014")
    it.status(54.2, "Finishing")
    stop = {"transactionId": 1, "idTag": UID, "meterStop": 300, "timestamp": stamp(54.1), "reason": "Local"}
    it.call(54.3, "StopTransaction", stop, ACCEPTED)
    it.event(54.3, "lock", locked=False)
    it.event(54.5, "card", uid=None)
    it.event(66.0, "cable", plugged=False)
    it.status(66.4, "Available")
    it.event(100.0, "chaos", text="calm")
    return it


def test_an_episode_as_it_should_be(told):
    assert told.violations == []


@pytest.mark.parametrize(
    ("action", "path", "value", "violation"),
    [
        ("StartTransaction", ("idTag",), OTHER, "nobody had been authorised"),
        ("StartTransaction", ("meterStart",), 50, "began at 50 Wh, and the meter showed"),
        ("StartTransaction", ("timestamp",), stamp(12), "without a cable"),
        ("StopTransaction", ("reason",), "EVDisconnected", "says EVDisconnected"),
        ("StopTransaction", ("reason",), "Remote", "says Remote"),
        ("StopTransaction", ("idTag",), OTHER, "says Local"),
        ("StopTransaction", ("meterStop",), 290, "says 290 Wh, and the meter showed"),
        ("StopTransaction", ("timestamp",), stamp(70), "which is not when it ended"),
        ("StopTransaction", ("timestamp",), stamp(40), "the relay was closed all that time"),
        ("StopTransaction", ("transactionId",), 2, "says transactionId 2"),
        ("MeterValues", ("transactionId",), 2, "has transactionId 2"),
        ("MeterValues", ("meterValue", 0, "sampledValue", 0, "unit"), "kWh", "says {'unit': 'kWh'}"),
        (
            "MeterValues",
            ("meterValue", 0, "sampledValue", 0, "context"),
            "Other",
            "says {'context': 'Other'}",
        ),
        ("MeterValues", ("meterValue", 0, "sampledValue", 0, "value"), "500", "says 500 Wh"),
        ("MeterValues", ("meterValue", 0, "timestamp"), stamp(12), "when it did not run"),
        ("BootNotification", ("chargePointVendor",), "?", "chargePointVendor is '?'"),
    ],
)
def test_what_a_message_says_is_what_happened(told, action, path, value, violation):
    told.change(action, *path, to=value)
    assert any(violation in text for text in told.violations), told.violations


def test_a_charge_goes_on_unless_something_ended_it(told):
    told.leave_out(lambda event: event["kind"] == "card" and event["t"] > 50)
    assert "the relay opened, and nothing in the world had ended the charge" in told.violations


def test_samples_come(told):
    told.leave_out(lambda event: event["kind"] == "frame" and 30 < event["t"] < 45)
    assert "1 of 3 samples of 04A2B3C4's transaction came" in told.violations


def test_charging_and_finishing_are_told(told):
    for status in ("Charging", "Finishing"):
        less = copy.deepcopy(told)
        less.leave_out(
            lambda event, status=status: (
                event["kind"] == "frame"
                and event["dir"] == "out"
                and event["frame"][3].get("status") == status
            )
        )
        assert any(status in text for text in less.violations), (status, less.violations)


def test_a_status_that_was_not_so(told):
    told.status(40.0, "Available")
    assert {"Available was told with the cable in"} <= set(told.violations)
    assert "Available was told while the transaction of 04A2B3C4 ran" in told.violations


def test_the_reason_of_the_reset_is_told_once(told):
    told.status(70.0, "Available", 0, info="reset: power")
    assert "connector 0 told 'reset: power' again" in told.violations


def test_it_is_reported_again_when_the_answer_may_have_been_lost_with_the_connection(told):
    told.event(10.15, "connect")
    told.status(10.17, "Available", 0, info="reset: power")
    assert not [text for text in told.violations if "again" in text]


def test_the_lock_is_not_held_for_ever(told):
    told.leave_out(lambda event: event["kind"] == "lock" and not event["locked"])
    assert any("was still locked although no transaction ran" in text for text in told.violations)


def test_the_lock_holds_during_a_transaction(told):
    told.event(35.0, "lock", locked=False)
    assert "the cable was not locked during the transaction of 04A2B3C4" in told.violations


def test_the_light_of_a_charge(told):
    told.leave_out(lambda event: event["kind"] == "led")
    told.event(22.2, "led", rgb="001400")
    assert "the relay was closed and the light showed 001400" in told.violations


def asked(told, at_s, action, payload, status):
    told.event(at_s, "frame", dir="in", frame=[2, "call-1", action, payload])
    told.event(at_s + 0.01, "frame", dir="out", frame=[3, "call-1", {"status": status}])


@pytest.mark.parametrize(
    ("at_s", "action", "payload", "status", "violation"),
    [
        (
            40.0,
            "RemoteStopTransaction",
            {"transactionId": 1},
            "Rejected",
            "was refused, and transaction 1 ran",
        ),
        (40.0, "RemoteStopTransaction", {"transactionId": 1}, "Accepted", "no transaction 1 ended by it"),
        (40.0, "RemoteStopTransaction", {"transactionId": 7}, "Accepted", "there is no transaction 7"),
        (101.0, "RemoteStartTransaction", {"idTag": "REMOTE-1"}, "Rejected", "nothing was in its way"),
        (101.0, "RemoteStartTransaction", {"idTag": "REMOTE-1"}, "Accepted", "no transaction began"),
        (50.0, "Reset", {"type": "Hard"}, "Accepted", "the board was not reset"),
    ],
)
def test_accepted_means_done_and_rejected_not_possible(told, at_s, action, payload, status, violation):
    told.event(90.0, "cable", plugged=True)
    asked(told, at_s, action, payload, status)
    told.event(130.0, "chaos", text="later")
    assert any(violation in text for text in told.violations), told.violations


def test_one_call_at_a_time(told):
    told.call(70.0, "Heartbeat", {}, {"currentTime": stamp(75)}, answered_s=75.0)
    told.call(71.0, "Heartbeat", {}, {"currentTime": stamp(71)})
    assert "Heartbeat was sent 1.0 s after Heartbeat, which was not answered" in told.violations


@pytest.mark.parametrize(("after_s", "early"), [(3.0, True), (5.5, False)])
def test_a_card_takes_the_place_of_any_call_after_five_seconds(told, after_s, early):
    told.call(70.0, "DataTransfer", {}, {}, answered_s=90.0)
    told.call(70.0 + after_s, "Authorize", {"idTag": OTHER}, ACCEPTED)
    assert any("which was not answered" in text for text in told.violations) is early


def test_nothing_before_the_registration(told):
    told.call(9.5, "Heartbeat", {}, {"currentTime": stamp(9)})
    assert "Heartbeat was sent before BootNotification was accepted" in told.violations


def the_stop(told):
    """Its id and its payload."""
    frames = [event["frame"] for event, _ in told.events if "frame" in event]
    return next((frame[1], frame[3]) for frame in frames if frame[2] == "StopTransaction")


def test_messages_in_their_order_and_not_again_too_soon(told):
    call_id, stop = the_stop(told)
    told.call(70.0, "StopTransaction", stop, ACCEPTED, call_id=call_id)
    assert "StopTransaction was sent again although it had been answered" in told.violations


def test_a_message_keeps_its_id_and_an_id_its_message(told):
    call_id, stop = the_stop(told)
    told.call(130.0, "StopTransaction", stop, ACCEPTED)
    assert "StopTransaction was sent again under another id" in told.violations
    told.call(190.0, "StopTransaction", stop | {"meterStop": 301}, ACCEPTED, call_id=call_id)
    assert "StopTransaction was sent again under its id, but not the same" in told.violations


@pytest.mark.parametrize(
    ("cause", "reason", "right"),
    [
        ("power", "PowerLoss", True),
        ("watchdog", "Reboot", True),
        ("watchdog", "PowerLoss", False),
        (None, "PowerLoss", False),
    ],
)
def test_a_stop_after_a_reset_names_it(told, cause, reason, right):
    """By the last checkpoint, and sent by the next start of the program."""
    call_id, stop = the_stop(told)
    for at in range(len(told.events)):
        if told.events[at][0]["t"] >= 54.0:
            del told.events[at:]
            break
    if cause is not None:
        told.event(53.0, "relay", closed=False)
        told.event(53.0, "lock", locked=False)
        told.event(53.0, "reset", reason=cause)
    told.event(62.0, "connect")
    identity = IDENTITY | {"chargePointSerialNumber": told.values["charger.serial"]}
    boot = {"status": "Accepted", "currentTime": stamp(63), "interval": 300}
    told.call(63.0, "BootNotification", identity, boot, call_id="again-1")
    del stop["idTag"]
    stop |= {"reason": reason, "meterStop": 200, "timestamp": stamp(42.3)}
    told.call(63.5, "StopTransaction", stop, {}, call_id=call_id)
    named = [
        text for text in told.violations if "nothing of the kind had happened" in text or " Wh, and" in text
    ]
    assert (named == []) == right


# What the Core profile sets, unlocks, triggers and remembers.


def asks(told, at_s, action, payload, answer, call_id="asked-1"):
    told.event(at_s, "frame", dir="in", frame=[2, call_id, action, payload])
    told.event(at_s + 0.1, "frame", dir="out", frame=[3, call_id, answer])


def restarts(told, at_s=70.0):
    """A power-on reset, and the calls that follow it."""
    told.event(at_s, "reset", reason="power")
    told.event(at_s + 9, "connect")
    identity = IDENTITY | {"chargePointSerialNumber": told.values["charger.serial"]}
    boot = {"status": "Accepted", "currentTime": stamp(at_s + 10), "interval": 300}
    told.call(at_s + 10, "BootNotification", identity, boot, call_id="later-1")


def says(told, at_s, status):
    payload = {"connectorId": 1, "status": status, "errorCode": "NoError", "timestamp": stamp(at_s)}
    told.call(at_s, "StatusNotification", payload, {}, call_id="later-2")


@pytest.mark.parametrize(("status", "right"), [("Unavailable", True), ("Available", False)])
def test_inoperative_lasts_over_a_reset(told, status, right):
    asks(told, 67.0, "ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}, {"status": "Accepted"})
    restarts(told, at_s=80.0)
    says(told, 97.0, status)
    told.event(130.0, "led", rgb="001400")
    assert ("Available was told while the connector was out of service" not in told.violations) == right


def test_an_inoperative_that_was_not_written_before_the_reset_may_be_lost(told):
    asks(told, 68.0, "ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}, {"status": "Accepted"})
    restarts(told)
    says(told, 81.0, "Available")
    assert "Available was told while the connector was out of service" not in told.violations


@pytest.mark.parametrize(("value", "right"), [("5", True), ("60", False)])
def test_a_key_that_was_accepted_is_told_after_a_reset(told, value, right):
    change = {"key": "ConnectionTimeOut", "value": "5"}
    asks(told, 60.0, "ChangeConfiguration", change, {"status": "Accepted"})
    restarts(told)
    keys = {"configurationKey": [{"key": "ConnectionTimeOut", "readonly": False, "value": value}]}
    asks(told, 85.0, "GetConfiguration", {}, keys, call_id="asked-2")
    assert (not [text for text in told.violations if "ConnectionTimeOut" in text]) == right


def test_a_value_that_no_key_takes_is_refused(told):
    change = {"key": "ConnectionTimeOut", "value": "fast"}
    asks(told, 60.0, "ChangeConfiguration", change, {"status": "Accepted"})
    assert "ChangeConfiguration asked-1 was accepted, with ConnectionTimeOut = fast" in told.violations


def test_what_is_triggered_follows(told):
    asks(told, 70.0, "TriggerMessage", {"requestedMessage": "Heartbeat"}, {"status": "Accepted"})
    assert "TriggerMessage asked-1 for Heartbeat was accepted, and it did not come" in told.violations
    told.call(71.0, "Heartbeat", {}, {"currentTime": stamp(71)})
    assert told.violations == []


@pytest.mark.parametrize(("status", "right"), [("UnlockFailed", False), ("Unlocked", True)])
def test_the_answer_to_unlock_connector_is_how_the_lock_is(told, status, right):
    asks(told, 70.0, "UnlockConnector", {"connectorId": 1}, {"status": status})
    assert (told.violations == []) == right


@pytest.mark.parametrize(("asked_anew", "right"), [(False, False), (True, True)])
def test_a_card_that_has_expired_begins_nothing_that_nobody_was_asked_about(told, asked_anew, right):
    expired = {"idTagInfo": {"status": "Accepted", "expiryDate": stamp(50)}}
    for event, _ in told.events:
        if event["kind"] == "frame" and event["dir"] == "in" and event["frame"][0] == 3:
            event["frame"][2].update({} if "idTagInfo" not in event["frame"][2] else expired)
    told.leave_out(lambda event: event["kind"] == "card" and event["t"] > 50)
    told.event(75.0, "cable", plugged=True)
    told.event(80.0, "card", uid=UID)
    if asked_anew:
        told.call(80.1, "Authorize", {"idTag": UID}, ACCEPTED)
    start = {"connectorId": 1, "idTag": UID, "meterStart": 300, "timestamp": stamp(81)}
    told.call(95.0, "StartTransaction", start, {"transactionId": 2, **ACCEPTED})
    assert (not [text for text in told.violations if "it had expired" in text]) == right


def test_a_part_that_was_lost_until_calm_was_lost_at_calm(told):
    told.event(90.0, "chaos", text="part_lost led for 60.000 s")
    history = History(sorted(told.events, key=lambda entry: entry[0]["t"]), told.values)
    assert history.spell(("part_lost led",), 95.0, 100.5)
    assert not history.spell(("part_lost led",), 100.1, 100.5)


def test_a_transaction_that_began_just_before_a_reset_is_not_of_the_program_that_still_loads(told):
    told.event(68.0, "cable", plugged=True)
    told.event(68.5, "card", uid=UID)
    told.call(68.6, "Authorize", {"idTag": UID}, ACCEPTED)
    restarts(told)
    start = {"connectorId": 1, "idTag": UID, "meterStart": 300, "timestamp": stamp(69)}
    told.call(82.0, "StartTransaction", start, {"transactionId": 2, **ACCEPTED}, call_id="boot-99")
    history = History(sorted(told.events, key=lambda entry: entry[0]["t"]), told.values)
    assert all_transactions(history)[-1].boot.number == 0


def test_a_transaction_goes_on_after_a_reset_where_the_owner_allows_it(told):
    told.values = effective_for_simulation(None, {}, ["safety.resume_after_power_loss=true"]).values
    told.leave_out(lambda event: event["kind"] == "frame" and event["frame"][2:3] == ["StopTransaction"])
    restarts(told, at_s=60.0)
    stop = {"transactionId": 1, "meterStop": 400, "timestamp": stamp(90), "reason": "EVDisconnected"}
    told.call(90.1, "StopTransaction", stop, {})
    history = History(sorted(told.events, key=lambda entry: entry[0]["t"]), told.values)
    (each,) = all_transactions(history)
    assert (each.boot.number, each.ended_in.number) == (0, 1)
    assert transactions(history, history.boots[1]) == [each]
