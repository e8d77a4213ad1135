# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is measured of chargers, by the frames that pass."""

import json

import pytest
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.measuring.measuring import Measuring
from chargerctl.fleet.measuring.series import Series
from chargerctl.fleet.measuring.tally import OTHERS, Tally, merged

BOOT = {"status": "Accepted", "currentTime": "2026-11-22T07:30:00Z", "interval": 300}
START = {"connectorId": 1, "idTag": "04A1", "meterStart": 100, "timestamp": "2026-11-22T07:30:00Z"}


class Watched:
    """One charger, and who measures it."""

    serial = "f-1"
    powered = connected = False
    message_timeout_s = 30
    unconfirmed = 0

    def __init__(self):
        self.now_us = 0
        self.called = []
        self.measuring = Measuring(
            lambda: self.now_us, Series(3600.0), lambda charger, action: self.called.append(action)
        )
        self.measuring.add(self)
        self._ids = 0

    @property
    def tally(self):
        return self.measuring.tally

    @property
    def state(self):
        (found,) = self.tally.states
        return found

    def power(self, on=True):
        self.powered, self.connected = on, False
        self.measuring.changed(self, "power")

    def start(self):
        self.measuring.changed(self, "program")

    def reset(self):
        self.connected = False
        self.measuring.changed(self, "reset")

    def link(self, up=True):
        self.connected = up
        self.measuring.changed(self, "link")

    def call(self, action, payload=None, number=None):
        self._ids += 1
        number = number or f"m{self._ids}"
        self.measuring.frame(self, True, json.dumps([2, number, action, payload or {}]))
        return number

    def gets(self, *message):
        self.measuring.frame(self, False, json.dumps(list(message)))

    def boots(self):
        self.power()
        self.start()
        self.link()
        self.gets(3, self.call("BootNotification", {}), BOOT)

    def answered(self, action, payload, answer, number=None):
        number = self.call(action, payload, number)
        self.now_us += 40_000
        self.gets(3, number, answer)
        return number

    def starts(self, transaction_id, number=None, status="Accepted"):
        answer = {"transactionId": transaction_id, "idTagInfo": {"status": status}}
        return self.answered("StartTransaction", START, answer, number)


@pytest.fixture
def watched():
    return Watched()


def test_a_charger_is_off_booting_offline_and_booting_then_what_it_says(watched):
    assert watched.state == "Off"
    watched.power()
    assert watched.state == "Booting"
    watched.start()
    assert watched.state == "Offline"
    watched.link()
    assert watched.state == "Booting"
    watched.gets(3, watched.call("BootNotification"), BOOT)
    watched.answered("StatusNotification", {"connectorId": 0, "status": "Faulted"}, {})
    assert watched.state == "Booting"
    watched.answered("StatusNotification", {"connectorId": 1, "status": "Available"}, {})
    assert watched.state == "Available"
    watched.link(False)
    assert watched.state == "Offline"
    watched.link()
    assert watched.state == "Available"
    assert (watched.tally.counts["connects"], watched.tally.counts["reconnects"]) == (1, 1)
    watched.reset()
    assert watched.state == "Booting"
    watched.power(False)
    assert watched.state == "Off"


def test_who_was_ever_accepted_is_counted_once(watched):
    watched.power()
    watched.start()
    watched.link()
    watched.gets(3, watched.call("BootNotification", {}), {**BOOT, "status": "Rejected"})
    assert watched.tally.counts["accepted"] == 0
    for _ in range(2):
        watched.gets(3, watched.call("BootNotification", {}), BOOT)
    assert watched.tally.counts["accepted"] == 1


@pytest.mark.parametrize(("waited_s", "unanswered"), [(29, 0), (30, 1)])
def test_at_the_end_a_call_is_unanswered_that_the_charger_has_given_up(watched, waited_s, unanswered):
    watched.boots()
    watched.call("Heartbeat")
    watched.now_us += waited_s * 1_000_000
    watched.measuring.close([watched])
    assert watched.tally.unanswered == unanswered


def test_an_answer_is_timed_by_its_action(watched):
    watched.boots()
    watched.answered("Heartbeat", {}, {"currentTime": "2026-11-22T07:30:00Z"})
    assert watched.tally.calls["Heartbeat"].times.ms()["max"] == pytest.approx(40, rel=0.03)
    assert watched.tally.answers.count == 2


def test_a_call_that_is_followed_by_another_was_not_answered(watched):
    watched.boots()
    watched.call("Heartbeat")
    watched.call("Heartbeat")
    assert watched.tally.unanswered == 1
    watched.link(False)
    assert watched.tally.unanswered == 2


def test_answers_to_calls_that_are_not_open_are_strange(watched):
    watched.boots()
    number = watched.answered("Heartbeat", {}, {"currentTime": "2026-11-22T07:30:00Z"})
    watched.gets(3, number, {})
    watched.gets(3, "never", {})
    assert watched.tally.counts["strange_answers"] == 2


def test_a_charger_takes_the_answer_to_a_boot_that_comes_after_its_connection_was_lost(watched):
    watched.power()
    watched.start()
    watched.link()
    number = watched.call("BootNotification", {})
    watched.link(False)
    watched.link()
    watched.gets(3, number, BOOT)
    watched.answered("StatusNotification", {"connectorId": 1, "status": "Available"}, {})
    assert watched.state == "Available"
    assert (watched.tally.unanswered, watched.tally.counts["strange_answers"]) == (1, 1)


def test_errors_are_counted_by_their_code(watched):
    watched.boots()
    watched.gets(4, watched.call("Heartbeat"), "InternalError", "", {})
    assert watched.tally.calls["Heartbeat"].errors == {"InternalError": 1}
    assert watched.tally.errors == 1


@pytest.mark.parametrize(
    ("frame", "what"),
    [
        ("nonsense", "FormationViolation: no frame of OCPP-J"),
        ('{"a": 1}', "FormationViolation: no frame of OCPP-J"),
        ("[" * 5000, "FormationViolation: no frame of OCPP-J"),
        ('[2,"a","Reset",{"type":"Warm"}]', "PropertyConstraintViolation: Reset"),
        ('[2,"a","Fly",{}]', "NotImplemented: Fly"),
    ],
)
def test_what_violates_the_schemas_is_counted(watched, frame, what):
    watched.boots()
    watched.measuring.frame(watched, False, frame)
    assert watched.tally.violations == {what: 1}


def test_an_answer_that_violates_the_schemas_changes_nothing(watched):
    watched.boots()
    watched.answered("StartTransaction", START, {"transactionId": "seven"})
    assert list(watched.tally.violations) == ["ProtocolError: answer to StartTransaction"]
    assert watched.tally.counts["sessions_begun"] == 0


def test_a_hostile_central_system_fills_no_memory(watched):
    watched.boots()
    for number in range(500):
        watched.gets(2, f"c{number}", f"Action{number}", {})
        watched.gets(4, watched.call("Heartbeat"), f"Code{number}", "", {})
    assert len(watched.tally.violations) <= 51
    assert watched.tally.violations[OTHERS] > 400
    assert len(watched.tally.called) <= 51
    assert len(watched.tally.calls["Heartbeat"].errors) <= 51


def test_calls_of_the_central_system_are_timed_and_told(watched):
    watched.boots()
    watched.gets(2, "c1", "RemoteStartTransaction", {"idTag": "04A1"})
    watched.now_us += 5_000
    watched.measuring.frame(watched, True, '[3,"c1",{"status":"Accepted"}]')
    assert watched.called == ["RemoteStartTransaction"]
    assert watched.tally.called["RemoteStartTransaction"].times.count == 1


def test_sessions_and_their_energy(watched):
    watched.boots()
    watched.starts(7)
    stop = {"transactionId": 7, "meterStop": 1600, "timestamp": "2026-11-22T08:30:00Z"}
    number = watched.answered("StopTransaction", stop, {})
    counts = watched.tally.counts
    assert (counts["sessions_begun"], counts["sessions_ended"], counts["energy_wh"]) == (1, 1, 1500)
    watched.answered("StopTransaction", stop, {}, number)
    assert (counts["sessions_ended"], counts["energy_wh"], counts["double"]) == (1, 1500, 0)


def test_a_start_that_is_sent_again_must_get_the_same_number(watched):
    watched.boots()
    number = watched.starts(7)
    watched.starts(7, number)
    assert watched.tally.counts["double"] == 0
    watched.starts(8, number)
    assert watched.tally.counts["double"] == 1
    assert watched.tally.counts["sessions_begun"] == 1


def test_two_starts_must_get_two_numbers(watched):
    watched.boots()
    watched.starts(7)
    watched.starts(7)
    assert watched.tally.counts["double"] == 1


def test_a_refused_start(watched):
    watched.boots()
    watched.starts(7, status="Blocked")
    assert watched.tally.counts["refused_starts"] == 1


def test_why_there_is_no_connection_is_counted(watched):
    watched.measuring.log(watched, "mqtt", "Broker b:1883 not reachable, next try in 4 s")
    watched.measuring.log(watched, "mqtt", "Broker b:1883 not reachable, next try in 8 s")
    watched.measuring.log(watched, "mqtt", "Connected to broker b:1883")
    assert watched.tally.troubles == {"Broker b:1883 not reachable": 2}


def measured_by(watched):
    return Measured(watched.tally, watched.measuring.series, 60.0, 1.0, 0.5)


def test_all_of_it_is_plain_json(watched):
    watched.boots()
    watched.starts(7)
    watched.gets(2, "c1", "Fly", {})
    given = measured_by(watched).to_json()
    assert Measured.from_json(json.loads(json.dumps(given))).to_json() == given


def test_processes_are_added_up(watched):
    other = Watched()
    for each in (watched, other):
        each.boots()
        each.starts(7)
    total = merged([watched.tally, other.tally])
    assert total.states == {"Booting": 2}
    assert total.calls["StartTransaction"].times.count == 2
    assert total.counts["sessions_begun"] == 2
    both = measured_by(watched)
    both.merge(measured_by(other))
    assert both.tally.to_json() == total.to_json()
    assert sum(slot.frames_out for slot in both.series.slots.values()) == 4
    assert (both.wall_s, both.cpu_s) == (1.0, 1.0)


def test_an_empty_one_is_a_whole_one():
    assert Tally.from_json(Tally().to_json()).to_json() == Tally().to_json()
