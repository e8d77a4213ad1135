# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The display at its wire: the library's bytes, the chip's model, and the text on its glass."""

from typing import Any

import pytest
from charger.hardware import screen as layout
from chargerctl.monitor.panel import field_texts
from chargerctl.monitor.picture import rows_of

from tests.whole.gate.conftest import make_charger as make_charger

FULL_BYTES = 1083
# At 400 kHz, 9 bits a byte: well below 20 ms.
FIELD_BYTES = 560


@pytest.fixture
def bus(bench: Any) -> Any:
    return bench.i2c()


@pytest.fixture
def display(bench: Any, bus: Any) -> Any:
    return bench.module("display").Display(
        bus, 0x3C, "esp32c6 charger 001", "0.1.0", "esp32c6-charger-1a2b3c", 6150, bench, bench.say
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


def test_setting_up_draws_the_whole_of_it(bench: Any, display: Any) -> None:
    display.step(bench.now())
    assert bench.sent >= FULL_BYTES


@pytest.mark.parametrize(
    "state", ["Available", "Preparing", "Authorizing", "Charging", "Finishing", "Faulted", "Unavailable"]
)
def test_every_state_can_be_read(bench: Any, live: Any, state: str) -> None:
    live.state = state
    bench.run(live.step, 100)
    lines = ["..charger-1a2b3c", state, "192.168.1.23", "2026-11-22 07:30"]
    assert bench.panel.lines() == lines


@pytest.mark.parametrize(
    ("state", "charge"),
    [
        ("Charging", (1234, 754)),
        ("Available", (None, None)),
        ("SuspendedEVSE", (5, 5)),
        ("Authorizing!", (None, None)),
    ],
)
def test_the_panel_of_a_monitor_draws_the_same_picture(
    bench: Any, live: Any, state: str, charge: tuple[int, int]
) -> None:
    live.state = state
    live.charge(*charge)
    bench.run(live.step, 200)
    drawn = layout.Screen("", "", "esp32c6-charger-1a2b3c")
    drawn.go_live()
    drawn.follow(state, live.address, live.local_time)
    drawn.set_charge(*charge)
    assert rows_of(field_texts(drawn, layout)) == bench.panel.rows


def test_a_notice_on_two_lines_is_drawn_alike(bench: Any, live: Any) -> None:
    live.notice("Unplugged Before It Began", 5000)
    bench.run(live.step, 300)
    drawn = layout.Screen("", "", "esp32c6-charger-1a2b3c")
    drawn.go_live()
    drawn.follow(live.state, live.address, live.local_time)
    drawn.set_notice("Unplugged Before It Began")
    assert rows_of(field_texts(drawn, layout)) == bench.panel.rows


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


@pytest.mark.parametrize("max_stall_ms", [250, 60_000])
def test_with_the_relay_closed_it_is_neither_looked_for_nor_set_up(
    bench: Any, live: Any, max_stall_ms: int
) -> None:
    bench.oled.power(False)
    bench.run(live.step, 1500)
    bench.oled.power(True)
    bench.relay_closed = True
    bench.max_stall_ms = max_stall_ms
    before = bench.sent, bench.probes
    bench.run(live.step, 10_000)
    assert (bench.sent, bench.probes) == before
    bench.relay_closed = False
    bench.run(live.step, 100)
    assert bench.panel.on


def test_the_first_set_up_waits_for_the_relay_to_open(bench: Any, display: Any) -> None:
    bench.relay_closed = True
    bench.run(display.step, 3000)
    assert bench.sent == 0
    bench.relay_closed = False
    bench.run(display.step, 100)
    assert bench.panel.on


@pytest.mark.parametrize("relay_closed", [True, False])
def test_one_that_was_never_set_up_is_lost_too_while_its_bus_is_left_alone(
    bench: Any, bus: Any, display: Any, relay_closed: bool
) -> None:
    bench.relay_closed = relay_closed
    bus.stalled(bench.now() - 2000)  # the reader's transfer
    bench.run(display.step, 3000)
    assert display.lost
    assert bench.log == [("display", "lost: SDA or SCL is held low, I2C not used")]
    assert bench.sent == 0


def test_a_wire_that_goes_down_while_it_is_set_up_leaves_no_half_made_display(
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


def test_a_wire_that_is_free_again_before_the_set_up_ends_leaves_no_half_made_display_either(
    bench: Any, display: Any
) -> None:
    bench.clock.call_in(500, lambda: setattr(bench, "wedged", True))
    bench.clock.call_in(1_000_000, lambda: setattr(bench, "wedged", False))
    bench.run(display.step, 3000)
    assert display.lost
    display.state = "Available"
    bench.run(display.step, 40_000)
    assert not display.lost
    assert bench.panel.shows("Available")


@pytest.mark.parametrize("probe_gives_up", [True, False])
def test_a_held_wire_blocks_one_transfer_at_most_and_the_bus_is_left_alone_until_the_relay_opens(
    bench: Any, live: Any, probe_gives_up: bool
) -> None:
    bench.relay_closed = True
    bench.wedged = True
    bench.probe_gives_up = probe_gives_up
    live.state = "Charging"
    bench.run(live.step, 60_000)
    assert live.lost
    assert bench.stuck == (0 if probe_gives_up else 1)
    bench.wedged = False
    bench.run(live.step, 60_000)
    assert live.lost
    bench.relay_closed = False
    bench.run(live.step, 3000)
    assert not live.lost
    assert bench.panel.shows("Charging")


def test_memory_that_runs_out_within_a_drawing_loses_the_display_until_there_is_some(
    bench: Any, live: Any
) -> None:
    bench.out_of_memory = True
    live.state = "Charging"
    bench.run(live.step, 3000)
    assert bench.log == [("display", "lost: out of memory")]
    bench.out_of_memory = False
    bench.run(live.step, 3000)
    assert not live.lost
    assert bench.panel.lines()[1] == "Charging"


def test_without_pull_ups_there_is_no_display_and_no_exception(bench: Any, bus: Any, display: Any) -> None:
    bench.pulled_up = False
    bench.run(display.step, 100)
    assert display.lost
    assert "pull up" in bench.log[0][1]


def test_without_pins_there_is_no_display_and_no_exception(bench: Any) -> None:
    bus = bench.module("i2c").I2cBus(None, None, bench, 2050, True, False)
    display = bench.module("display").Display(bus, 0x3C, "n", "v", "s", 6150, bench, bench.say)
    bench.run(display.step, 100)
    assert bench.log == [("display", "lost: an I2C pin is missing")]


def test_text_outside_the_font_shows_as_question_marks(bench: Any, live: Any) -> None:
    live.notice("Gebühr", 1000)
    bench.run(live.step, 100)
    assert bench.panel.shows("Geb?hr")


def test_a_wire_that_goes_down_in_each_set_up_costs_some_starts_and_then_the_display(
    make_charger: Any,
) -> None:
    charger = make_charger("hardware.display=ssd1306", board_id="seeed_xiao_esp32c6")
    chip = charger.world.i2c.devices[0x3C]

    def write(data: bytes, plain: Any = chip.write) -> Any:
        # Its first command, not the question whether it is there.
        if data:
            charger.world.hold_wire("sda")
        return plain(data)

    chip.write = write
    charger.scene.events.listen(lambda event: event["kind"] == "reset" and charger.world.hold_wire(None))
    charger.until(lambda: charger.scene.status == "Available", 120)
    assert [event["reason"] for event in charger.since("reset")] == ["power"] + 3 * ["watchdog"]
    assert charger.said("display not used: 3 crashes in a row, setting it up may be the cause")
    charger.board.run_for(70)
    assert len(charger.since("reset")) == 4
