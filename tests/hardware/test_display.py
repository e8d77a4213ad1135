# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The display at its wire: the library's bytes, the chip's model, and the text on its glass."""

from typing import Any

import pytest

FULL_BYTES = 1083
# At 400 kHz, 9 bits a byte: well below 20 ms.
FIELD_BYTES = 560


@pytest.fixture
def bus(bench: Any) -> Any:
    return bench.module("buses").I2cBus(object(), object(), bench)


@pytest.fixture
def display(bench: Any, bus: Any) -> Any:
    return bench.module("display").Display(
        bus, 0x3C, "esp32c6 charger 001", "0.1.0", "esp32c6-charger-1a2b3c", bench, bench.say
    )


@pytest.fixture
def live(bench: Any, display: Any) -> Any:
    """On the live page, everything drawn."""
    display.state = "Available"
    display.address = "192.168.1.23"
    display.local_time = "2026-11-22 07:30"
    bench.run(display.step, 2500)
    return display


def per_pass(bench: Any, step: Any, passes: int) -> list[int]:
    """Bytes on the wire in each of the next passes."""
    costs = []
    for _ in range(passes):
        before = bench.sent
        bench.run(step, 5)
        costs.append(bench.sent - before)
    return costs


def test_it_starts_with_name_version_and_serial_for_two_seconds(bench: Any, display: Any) -> None:
    bench.run(display.step, 1900)
    assert bench.panel.lines() == ["chargerctl 0.1.0", "esp32c6 charger 001", "esp32c6-charger-", "1a2b3c"]
    display.state = "Available"
    bench.run(display.step, 500)
    assert bench.panel.shows("Available")
    assert not bench.panel.shows("esp32c6 charger 001")


def test_setting_up_takes_less_than_it_declares(bench: Any, display: Any) -> None:
    before = bench.clock.now_us
    display.step(bench.now())
    # The library also pauses for 10 ms after each of its 13 commands.
    assert bench.clock.now_us - before + 130_000 < 200_000
    assert bench.sent >= FULL_BYTES


@pytest.mark.parametrize(
    "state", ["Available", "Preparing", "Authorizing", "Charging", "Finishing", "Faulted", "Unavailable"]
)
def test_every_state_can_be_read(bench: Any, live: Any, state: str) -> None:
    live.state = state
    bench.run(live.step, 100)
    lines = ["..charger-1a2b3c", state, "192.168.1.23", "2026-11-22 07:30"]
    assert bench.panel.lines() == lines


def test_a_whole_charge_can_be_read(bench: Any, live: Any) -> None:
    live.state = "Charging"
    live.charge(1234, 754)
    bench.run(live.step, 100)
    assert bench.panel.lines()[1:] == ["Charging", "1.234 kWh", "0:12:34", "192.168.1.23", "07:30"]
    live.state = "Finishing"
    live.charge(None, None)
    bench.run(live.step, 100)
    assert bench.panel.lines()[1:] == ["Finishing", "192.168.1.23", "2026-11-22 07:30"]


def test_a_notice_passes(bench: Any, live: Any) -> None:
    live.notice("Rejected", 1000)
    bench.run(live.step, 900)
    assert bench.panel.shows("Rejected")
    assert not bench.panel.shows("Available")
    bench.run(live.step, 300)
    assert bench.panel.shows("Available")
    assert not bench.panel.shows("Rejected")


def test_a_notice_given_at_start_stands_after_the_start_up_page(bench: Any, display: Any) -> None:
    display.notice("Rejected", 3000)
    bench.run(display.step, 4000)
    assert bench.panel.shows("Rejected")


def test_nothing_is_sent_when_nothing_changed_but_a_question_a_second(bench: Any, live: Any) -> None:
    before = bench.sent
    bench.run(live.step, 5000)
    assert bench.sent - before <= 10


def test_no_pass_draws_more_than_one_field(bench: Any, live: Any) -> None:
    for state, charge in (("Charging", (0, 0)), ("Authorizing", (9, 9)), ("Faulted", (None, None))):
        live.state = state
        live.charge(*charge)
        live.address = state
        live.local_time = None
        live.notice("a longer text that takes two lines of it", 50)
        costs = per_pass(bench, live.step, 60)
        assert 0 < max(costs) <= FIELD_BYTES


def test_leaving_the_start_up_page_draws_one_field_a_pass(bench: Any, display: Any) -> None:
    bench.run(display.step, 1900)
    display.state = "Available"
    assert max(per_pass(bench, display.step, 100)) <= FIELD_BYTES


def test_a_second_of_charging_costs_one_line(bench: Any, live: Any) -> None:
    live.charge(1000, 60)
    bench.run(live.step, 100)
    before = bench.sent
    live.charge(1000, 61)
    bench.run(live.step, 100)
    # Two pages of the one digit that changed, and the addressing of it.
    assert bench.sent - before < 40
    live.charge(1003, 62)
    bench.run(live.step, 100)
    assert bench.panel.shows("1.003 kWh     0:01:02")


def test_without_a_display_it_is_lost_once_and_comes_by_itself(bench: Any, display: Any) -> None:
    oled = bench.chips.pop(0x3C)
    bench.run(display.step, 5000)
    assert display.lost
    assert [tag for tag, _ in bench.log] == ["display"]
    bench.chips[0x3C] = oled
    display.state = "Available"
    bench.run(display.step, 5000)
    assert not display.lost
    assert bench.panel.shows("Available")
    assert bench.log[-1] == ("display", "works again")


def test_a_display_that_lost_its_power_is_set_up_and_drawn_anew(bench: Any, live: Any) -> None:
    bench.oled.power(False)
    bench.run(live.step, 1500)
    assert live.lost
    live.state = "Charging"
    bench.oled.power(True)
    assert not bench.panel.on
    bench.run(live.step, 2500)
    assert not live.lost
    assert bench.panel.lines() == ["..charger-1a2b3c", "Charging", "192.168.1.23", "2026-11-22 07:30"]


def test_a_display_that_lost_its_power_only_for_a_moment_is_noticed(bench: Any, live: Any) -> None:
    bench.oled.power(False)
    bench.oled.power(True)
    bench.run(live.step, 4000)
    assert bench.log[-2:] == [("display", "lost: was without power"), ("display", "works again")]
    assert bench.panel.shows("192.168.1.23")


def test_with_the_relay_closed_it_is_set_up_again_only_if_that_stall_is_allowed(
    bench: Any, live: Any
) -> None:
    bench.oled.power(False)
    bench.run(live.step, 1500)
    bench.oled.power(True)
    bench.relay_closed = True
    bench.max_stall_ms = 100
    bench.run(live.step, 3000)
    assert not bench.panel.on
    bench.max_stall_ms = 250
    bench.run(live.step, 100)
    assert bench.panel.on


def test_the_first_set_up_waits_for_the_relay_to_open(bench: Any, display: Any) -> None:
    bench.relay_closed = True
    bench.run(display.step, 3000)
    assert bench.sent == 0
    bench.relay_closed = False
    bench.run(display.step, 100)
    assert bench.panel.on


def test_a_bus_that_gets_stuck_while_it_is_set_up_leaves_no_half_made_display(
    bench: Any, display: Any
) -> None:
    bench.clock.call_in(500, lambda: setattr(bench, "wedged", True))
    bench.run(display.step, 500)
    assert display.lost
    bench.wedged = False
    display.state = "Available"
    bench.run(display.step, 40_000)
    assert not display.lost
    assert bench.panel.shows("Available")


def test_a_stuck_bus_stops_everything_once_and_is_left_alone_until_the_relay_opens(
    bench: Any, live: Any
) -> None:
    bench.relay_closed = True
    bench.wedged = True
    before = bench.clock.now_us
    live.state = "Charging"
    bench.run(live.step, 60_000)
    assert live.lost
    # One stall of a second in it, whose length the passes do not see.
    assert bench.clock.now_us - before < 61_010_000
    bench.wedged = False
    bench.run(live.step, 60_000)
    assert live.lost
    bench.relay_closed = False
    bench.run(live.step, 1000)
    assert not live.lost
    assert bench.panel.shows("Charging")


def test_without_pull_ups_there_is_no_display_and_no_exception(bench: Any, bus: Any, display: Any) -> None:
    bench.pulled_up = False
    bench.run(display.step, 100)
    assert display.lost
    assert "pull up" in bench.log[0][1]


def test_without_pins_there_is_no_display_and_no_exception(bench: Any) -> None:
    bus = bench.module("buses").I2cBus(None, None, bench)
    display = bench.module("display").Display(bus, 0x3C, "n", "v", "s", bench, bench.say)
    bench.run(display.step, 100)
    assert bench.log == [("display", "lost: no pins for I2C")]


def test_text_outside_the_font_shows_as_question_marks(bench: Any, live: Any) -> None:
    live.notice("Gebühr", 1000)
    bench.run(live.step, 100)
    assert bench.panel.shows("Geb?hr")
