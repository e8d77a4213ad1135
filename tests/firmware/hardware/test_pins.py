# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Pins, and the parts that hang directly on one."""

import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

HOLD = Path(__file__).resolve().parents[3] / "firmware/hold.py"


@pytest.fixture
def pins(bench: Any) -> Any:
    return bench.module("pins").Pins("seeed_xiao_esp32c6")


def pin(bench: Any) -> Any:
    import board

    return board.D1


def test_a_pin_is_found_by_its_name(pins: Any) -> None:
    assert pins.claim("D2", "relay_pin") is not None


@pytest.mark.parametrize("name", ["none", ""])
def test_no_pin_is_none(pins: Any, name: str) -> None:
    assert pins.claim(name, "lock_pin") is None


@pytest.mark.parametrize("name", ["D99", "I2C", "__name__"])
def test_a_name_that_is_not_a_pin_is_refused(pins: Any, name: str) -> None:
    with pytest.raises(ValueError, match="no pin " + name):
        pins.claim(name, "relay_pin")


def test_a_pin_can_be_claimed_once_under_any_of_its_names(pins: Any) -> None:
    import board

    board.A1 = board.D1
    pins.claim("D1", "cable_pin")
    with pytest.raises(ValueError, match="A1 is already used by cable_pin"):
        pins.claim("A1", "relay_pin")


def test_a_pin_that_is_driven_at_reset_is_known_as_unsafe_for_power(pins: Any) -> None:
    assert "GPIO16" in pins.unsafe("D6")
    assert pins.unsafe("D2") is None
    assert pins.claim("D6", "service_pin") is not None


@pytest.mark.parametrize("active_high", [True, False])
def test_a_relay_is_open_from_its_first_moment(bench: Any, active_high: bool) -> None:
    wire = pin(bench)
    relay = bench.module("relay").Relay(bench.module("output").claim(wire, not active_high), active_high)
    assert set(wire.history) == {("drives", not active_high)}
    assert not relay.closed
    relay.close()
    assert wire.level is active_high
    assert relay.closed
    relay.open()
    assert wire.level is not active_high
    assert not relay.closed


@pytest.mark.parametrize("active_high", [True, False])
def test_a_lock_is_released_from_its_first_moment(bench: Any, active_high: bool) -> None:
    wire = pin(bench)
    lock = bench.module("lock").Lock(bench.module("output").claim(wire, not active_high), active_high)
    assert set(wire.history) == {("drives", not active_high)}
    lock.engage()
    assert wire.level is active_high
    assert lock.engaged
    lock.release()
    assert wire.level is not active_high
    assert not lock.engaged


def test_a_charger_without_a_lock_remembers_what_it_would_be(bench: Any) -> None:
    lock = bench.module("lock").Lock(None, True)
    lock.engage()
    assert lock.engaged


def test_a_low_level_is_a_plugged_cable(bench: Any) -> None:
    wire = pin(bench)
    cable = bench.module("cable").Cable(wire)
    assert wire.pull == "UP"
    assert not cable.plugged()
    wire.level = False
    assert cable.plugged()


def test_a_broken_wire_is_an_emergency_stop(bench: Any) -> None:
    wire = pin(bench)
    stop = bench.module("buttons").EmergencyStop(wire)
    assert stop.pressed()
    wire.level = False
    assert not stop.pressed()


def test_a_service_button_closes_to_ground(bench: Any) -> None:
    wire = pin(bench)
    button = bench.module("buttons").Contact(wire)
    assert not button.pressed()
    wire.level = False
    assert button.pressed()


def test_the_contactors_contact_is_a_button_that_the_contactor_presses(bench: Any) -> None:
    """Closed to ground while the contactor is; a broken wire reads open."""
    wire = pin(bench)
    contact = bench.module("buttons").Contact(wire)
    assert wire.pull == "UP"
    assert not contact.pressed()
    wire.level = False
    assert contact.pressed()


def test_buttons_that_are_not_there_are_never_pressed(bench: Any) -> None:
    buttons = bench.module("buttons")
    assert not buttons.EmergencyStop(None).pressed()
    assert not buttons.Contact(None).pressed()


@pytest.mark.parametrize(
    ("state", "rgb"),
    [
        ("Available", "001400"),
        ("Preparing", "141414"),
        ("Authorizing", "140D00"),
        ("Charging", "000014"),
        ("SuspendedEV", "000005"),
        ("SuspendedEVSE", "140014"),
        ("Finishing", "001414"),
        ("Faulted", "140000"),
        ("Unavailable", "000000"),
    ],
)
def test_every_state_has_its_colour(bench: Any, state: str, rgb: str) -> None:
    led = bench.module("led").Led(pin(bench), None)
    led.show(state, 0)
    green, red, blue = bench.neopixel[-1]
    assert f"{red:02X}{green:02X}{blue:02X}" == rgb


def test_the_light_is_written_on_change_and_every_two_seconds(bench: Any) -> None:
    led = bench.module("led").Led(pin(bench), None)
    bench.run(lambda now: led.show("Available", now), 1900)
    assert len(bench.neopixel) == 1
    bench.run(lambda now: led.show("Available", now), 2000)
    assert len(bench.neopixel) == 2


def test_a_board_that_switches_its_light_gets_it_switched_on(bench: Any) -> None:
    import board

    bench.module("led").Led(board.D1, board.D2)
    assert board.D2.level


@pytest.mark.parametrize("drive", ["hold", "charger"])
def test_a_pin_that_is_an_input_only_cannot_drive_anything_and_is_let_go(
    bench: Any, monkeypatch: pytest.MonkeyPatch, drive: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pin = sys.modules["board"].D1
    pin.input_only = True
    if drive == "hold":
        monkeypatch.setenv("CHARGER_HARDWARE_RELAY_PIN", "D1")
        assert runpy.run_path(str(HOLD))["safe_outputs"]() == []
        assert "relay pin D1 cannot be used" in capsys.readouterr().out
    else:
        with pytest.raises(ValueError, match="direction"):
            bench.module("output").claim(pin, False)
    assert not pin.held
