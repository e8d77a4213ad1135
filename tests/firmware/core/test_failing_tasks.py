# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The core in its own loop, while one of its tasks fails."""

import pytest
from charger import connector


class Watchdog:
    def feed(self):
        pass


@pytest.fixture
def looped(rig):
    """The rig with the passes of the charger's own Loop."""
    rig.describe = lambda error: []
    rig.step = rig.core.loop(Watchdog()).run_pass
    return rig


@pytest.fixture
def charging(looped):
    looped.charge()
    return looped


def press_service(rig):
    rig.service_button.on = True
    rig.run(50)
    rig.service_button.on = False
    rig.run(50)


def fail(error):
    def fails(*_):
        raise error

    return fails


def test_the_phase_is_shown_at_once_even_while_there_is_no_memory_for_a_text(charging, monkeypatch):
    monkeypatch.setattr(charging.clock, "local_text", fail(MemoryError()))
    for _ in range(14_000):
        charging.run(5)
        if "failed (MemoryError), again in 1 s" in charging.log_lines[-1]:
            break
    else:
        pytest.fail("no text was made within a minute")
    charging.emergency_stop.on = True
    charging.run(5)
    assert charging.screen.state == charging.led.state == "Faulted"
    charging.screen.local_time = None
    monkeypatch.undo()
    charging.run(60_000)
    assert charging.screen.local_time is not None


def test_a_card_accepted_after_a_fault_starts_nothing_although_the_state_machine_rests(looped, monkeypatch):
    looped.run(11_000)
    looped.plug()
    answer, looped.answers["Authorize"] = looped.answers["Authorize"], None
    looped.swipe()
    unique_id = looped.link.sent[-1][1]
    assert looped.calls("Authorize")
    with monkeypatch.context() as patch:
        patch.setattr(connector, "waits", fail(ValueError()))
        looped.run(5)
    assert "connector failed (ValueError), again in 1 s" in looped.log_lines[-1]
    looped.link.deliver([3, unique_id, answer])
    looped.run(500)
    assert not looped.calls("StartTransaction")
    assert not looped.lock.engaged
    assert looped.screen.notices[-1] == "Not Ready"
    assert "state refused: InternalError" in looped.log_lines


def test_a_fault_is_not_cleared_while_the_connector_fails(charging, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(connector, "react", fail(ValueError()))
        charging.cable.on = False
        charging.run(500)
        press_service(charging)
        charging.run(5000)
        assert charging.interlock.fault == "InternalError"
        assert not charging.relay.closed
        assert charging.screen.state == charging.led.state == "Faulted"
    charging.run(61_000)
    assert charging.screen.state == "Faulted"
    press_service(charging)
    assert charging.screen.state == "Available"
    assert charging.statuses()[-2:] == ["Faulted", "Available"]


def test_a_charge_whose_permit_is_gone_for_want_of_memory_is_shown_as_faulted_until_it_has_ended(
    charging, monkeypatch
):
    charging.interlock.make_safe(charging.now, latch=False)
    with monkeypatch.context() as patch:
        patch.setattr(connector, "react", fail(MemoryError()))
        charging.run(100)
        assert charging.interlock.fault is None
        assert charging.screen.state == charging.led.state == "Faulted"
    charging.run(61_000)
    assert charging.screen.state == "Finishing"


def test_a_fault_of_the_interlock_itself_is_not_cleared_while_it_fails(charging, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(charging.cable, "plugged", fail(ValueError()))
        charging.run(100)
        press_service(charging)
        charging.run(5000)
        assert charging.interlock.fault == "InternalError"
    charging.run(61_000)
    press_service(charging)
    assert charging.interlock.fault is None


def test_the_cable_is_freed_only_relay_settle_after_a_failure_has_opened_the_relay(charging, monkeypatch):
    monkeypatch.setattr(connector, "react", fail(ValueError()))
    charging.cable.on = True
    charging.card_reader.lost = True
    charging.run(5)
    assert not charging.relay.closed
    assert charging.lock.engaged
    charging.run(90)
    assert charging.lock.engaged
    charging.run(20)
    assert not charging.lock.engaged


def test_an_interlock_that_always_fails_frees_the_cable_too(charging, monkeypatch):
    monkeypatch.setattr(charging.cable, "plugged", fail(ValueError()))
    charging.run(900)
    assert not charging.relay.closed
    assert charging.lock.engaged
    charging.run(200)
    assert not charging.lock.engaged
