# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every kind of fault, and every way of clearing it: not while its cause is there, and nothing but Faulted is reported
until then."""

from types import SimpleNamespace

import pytest
from charger import connector
from charger.contactor import STUCK_OPEN

from tests.firmware.rig import Store

KEPT = ("EmergencyStop", "InternalError", "PowerSwitchFailure")


class Nvm(Store):
    """As hardware/store.py keeps faults. `held`: what it holds, whether or not it is `readable`."""

    held = None
    readable = True

    def read(self):
        self.fault = self.held if self.readable else "NvmFailure"
        self.trouble = None if self.readable else "nvm cannot be read"

    def save(self, crash_count, fault, failing=False):
        if fault != "NvmFailure":
            fault = fault and fault.split(":")[0]
            self.held = fault if fault in KEPT else None
        self.read()


def until(rig, holds):
    """Within a minute: the longest that a task rests after a failure."""
    for _ in range(600):
        if holds():
            return
        rig.run(100)
    pytest.fail("not within a minute")


class Watchdog:
    def feed(self):
        pass


class Charger:
    """A rig that can be started again, with a cause of a fault that can come and go: `cause(self, there)`.

    `at_start`: the cause counts only when the program starts.
    """

    def __init__(self, make_rig, monkeypatch, cause, at_start):
        self._make_rig = make_rig
        self._cause = cause
        self._at_start = at_start
        self._there = False
        self.monkeypatch = monkeypatch
        self.nvm = Nvm()
        self.held = None
        self.start()

    def start(self):
        """The program starts, with what nvm holds."""
        self.nvm.read()
        self.rig = rig = self._make_rig(store=self.nvm, measured=True)
        rig.describe = lambda error: []
        rig.step = rig.core.loop(Watchdog()).run_pass
        if self._there:
            self._cause(self, True)
        rig.run(1000)

    def begin(self):
        """The cause comes, until the fault is latched and reported."""
        self._there = True
        self._cause(self, True)
        if self._at_start:
            self.start()
        self.rig.run(500)
        assert self.rig.interlock.fault is not None

    def end(self):
        self._there = False
        self._cause(self, False)

    def statuses(self):
        return self.rig.statuses()


# The kinds.


def emergency_stop(charger, there):
    charger.rig.emergency_stop.on = there


def welded(charger, there):
    charger.rig.contactor.stuck = True if there else None


def connector_fails(charger, there):
    if there and charger.held is None:
        charger.held = connector.react

        def fails(*_):
            raise ValueError

        charger.monkeypatch.setattr(connector, "react", fails)
        charger.rig.cable.on = True
        charger.rig.run(600)
        charger.rig.cable.on = False
    elif not there:
        charger.monkeypatch.setattr(connector, "react", charger.held)
        until(charger.rig, lambda: charger.rig.interlock.answered)


def no_relay_pin(charger, there):
    charger.rig.__class__.faults = ("relay_pin: this board has no pin D99",) if there else ()


def nvm_unreadable(charger, there):
    charger.nvm.readable = not there


STANDING = {
    "emergency stop": (emergency_stop, False),
    "welded": (welded, False),
    "connector fails": (connector_fails, False),
    "no relay pin": (no_relay_pin, True),
    "nvm unreadable": (nvm_unreadable, True),
}


# The ways.


def service_button(charger):
    charger.rig.service_button.on = True
    charger.rig.run(100)
    charger.rig.service_button.on = False
    charger.rig.run(500)


def reset(kind):
    def by_central_system(charger):
        charger.rig.call("Reset", {"type": kind})
        until(charger.rig, lambda: charger.rig.reboots)
        charger.start()

    return by_central_system


def power_cycle(charger):
    charger.start()


def power_cycle_that_clears_nvm(charger):
    charger.nvm.held = None
    charger.start()


WAYS = {
    "service button": service_button,
    "Soft Reset": reset("Soft"),
    "Hard Reset": reset("Hard"),
    "power cycle": power_cycle,
    "power cycle, RP2350": power_cycle_that_clears_nvm,
}
CLEARS = ("service button", "Soft Reset", "Hard Reset")


@pytest.fixture(params=STANDING)
def faulted(request, make_rig, monkeypatch):
    cause, at_start = STANDING[request.param]
    monkeypatch.setattr(make_rig, "faults", ())
    charger = Charger(make_rig, monkeypatch, cause, at_start)
    charger.begin()
    charger.kind = request.param
    yield charger
    charger.end()


@pytest.mark.parametrize("way", WAYS)
def test_a_fault_whose_cause_is_there_is_not_cleared_and_nothing_else_is_reported(faulted, way):
    rig, before = faulted.rig, faulted.rig.interlock.fault
    known = faulted.statuses()
    assert known[-1] == "Faulted"
    WAYS[way](faulted)
    if faulted.kind == "connector fails" and way == "power cycle, RP2350":
        assert faulted.statuses() == ["Available"], "it has not failed yet since this start"
        assert faulted.rig.interlock.fault is None
    else:
        assert faulted.statuses() == (known if faulted.rig is rig else ["Faulted"])
        assert faulted.rig.interlock.fault == before
        assert faulted.rig.screen.state == "Faulted"
    faulted.rig.plug()
    faulted.rig.swipe()
    faulted.rig.run(300)
    assert not faulted.rig.relay.closed


@pytest.mark.parametrize("way", CLEARS)
def test_once_its_cause_is_gone_it_is_cleared(faulted, way):
    faulted.end()
    faulted.rig.run(400)
    assert faulted.rig.interlock.fault is not None
    WAYS[way](faulted)
    if faulted.kind == "nvm unreadable":
        faulted.start()
        assert faulted.rig.interlock.fault is None
        return
    if faulted.kind == "no relay pin" and way == "service button":
        assert faulted.rig.interlock.fault is not None, "only a start shows that its cause is gone"
        faulted.start()
    assert faulted.rig.interlock.fault is None
    assert faulted.statuses()[-1] == "Available"


@pytest.mark.parametrize("kind", ["emergency stop", "welded", "connector fails"])
def test_a_fault_whose_cause_is_gone_outlasts_a_power_cycle_until_it_is_cleared(make_rig, monkeypatch, kind):
    charger = Charger(make_rig, monkeypatch, *STANDING[kind])
    charger.begin()
    before = charger.rig.interlock.fault
    charger.end()
    charger.start()
    assert charger.rig.interlock.fault == before.split(":")[0]
    assert charger.statuses() == ["Faulted"]
    service_button(charger)
    assert charger.statuses() == ["Faulted", "Available"]


def test_a_contactor_that_did_not_close_is_tried_once_more_after_clearing(make_rig):
    rig = make_rig(measured=True, SAFETY_MIN_OFF_SECONDS="0")
    rig.charge()
    rig.contactor.stuck = False
    while rig.interlock.fault is None:
        rig.run(5)
    assert rig.interlock.fault == STUCK_OPEN
    rig.service_button.on = True
    rig.run(50)
    assert rig.interlock.fault is None
    rig.swipe()
    rig.run(700)
    assert rig.interlock.fault == STUCK_OPEN
    rig.service_button.on = False
    rig.run(11_000)
    assert not rig.relay.closed
    assert len(rig.calls("StartTransaction")) == 2


@pytest.mark.parametrize("released_ms", [0, 5, 1000])
def test_emergency_stop_and_service_button_in_one_pass_are_an_emergency_stop(make_rig, released_ms):
    rig = make_rig()
    rig.charge()
    rig.emergency_stop.on = rig.service_button.on = True
    rig.run(5)
    if released_ms == 0:
        rig.emergency_stop.on = False
    rig.run(released_ms)
    rig.emergency_stop.on = False
    rig.run(1000)
    assert [stop["reason"] for stop in rig.calls("StopTransaction")] == ["EmergencyStop"]
    assert not rig.relay.closed
    if released_ms:
        assert rig.statuses()[3:] == ["Faulted"], "still pressed when the button was seen"


def test_a_fault_that_could_not_be_cleared_is_logged_with_what_is_there(make_rig):
    rig = make_rig()
    rig.run(2000)
    rig.emergency_stop.on = True
    rig.run(100)
    rig.service_button.on = True
    rig.run(100)
    assert rig.log_lines[-1] == "safety fault stays: EmergencyStop"
    assert not [line for line in rig.log_lines if "cleared" in line]


@pytest.mark.parametrize("held", [None, "EmergencyStop"])
def test_once_nvm_can_be_read_a_person_clears_what_it_held(make_rig, held):
    nvm = Nvm()
    nvm.held, nvm.readable = held, False
    nvm.read()
    rig = make_rig(store=nvm)
    charger = SimpleNamespace(rig=rig)
    rig.run(2000)
    service_button(charger)
    assert rig.interlock.fault == "NvmFailure"
    assert nvm.held == held
    nvm.readable = True
    until(rig, lambda: not nvm.trouble)
    assert rig.interlock.fault == (held or "NvmFailure")
    assert rig.statuses()[-1] == "Faulted"
    service_button(charger)
    rig.run(1000)
    assert rig.statuses()[-1] == "Available"
    assert nvm.held is None


def test_an_emergency_stop_is_written_although_nvm_could_not_be_read(make_rig):
    nvm = Nvm()
    nvm.readable = False
    nvm.read()
    rig = make_rig(store=nvm)
    rig.emergency_stop.on = True
    rig.run(2000)
    assert nvm.held == "EmergencyStop"
    assert rig.interlock.fault == "EmergencyStop"


def test_nvm_that_can_be_read_again_does_not_bring_back_a_missing_part(make_rig, monkeypatch):
    monkeypatch.setattr(make_rig, "faults", ("relay_pin: this board has no pin D99",))
    nvm = Nvm()
    nvm.readable = False
    nvm.read()
    rig = make_rig(store=nvm)
    rig.run(2000)
    nvm.readable = True
    rig.run(61_000)
    service_button(SimpleNamespace(rig=rig))
    assert rig.interlock.fault == "relay_pin: this board has no pin D99"


def test_of_several_missing_parts_the_first_is_named(make_rig):
    rig = make_rig()
    rig.interlock.bar("relay_pin: a")
    rig.interlock.bar("cable_pin: b")
    rig.run(3000)
    rig.service_button.on = True
    rig.run(500)
    assert rig.interlock.fault == "relay_pin: a"


@pytest.mark.parametrize("measured", [True, False])
def test_a_fault_in_the_same_pass_as_the_customers_own_card_ends_the_charge(make_rig, measured):
    rig = make_rig(measured=measured)
    rig.charge()
    rig.emergency_stop.on = True
    rig.swipe()
    rig.run(500)
    (stop,) = rig.calls("StopTransaction")
    assert stop["reason"] == "EmergencyStop"
    assert "idTag" not in stop
    assert "card 04A2B3C4" in rig.log_lines


def test_a_card_in_the_pass_of_a_fault_frees_and_starts_nothing(rig):
    rig.run(11_000)
    rig.plug()
    rig.emergency_stop.on = True
    rig.swipe("04999999")
    rig.run(500)
    assert not rig.calls("Authorize")
    assert rig.statuses()[-1] == "Faulted"
