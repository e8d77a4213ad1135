# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A latched fault outlasts every reset, and a power cycle too unless the chip can tell it from a dip of the supply."""

import pytest

C6, PICO, PICO_2 = "seeed_xiao_esp32c6", "raspberry_pi_pico_w", "raspberry_pi_pico2_w"
FAULTED = 'expect call out StatusNotification {"connectorId": 1, "status": "Faulted"} within 30\n'
AVAILABLE = 'expect call out StatusNotification {"connectorId": 1, "status": "Available"} within 30\n'
LATCH = """
expect status Available within 30
press estop
expect status Faulted
wait 1
release estop
"""
CYCLE = "power off\nwait 1\npower on\n"


@pytest.mark.parametrize("board_id", [C6, PICO])
@pytest.mark.parametrize("again", ["reset\n", "brownout\n", CYCLE])
def test_it_stays_latched_until_the_service_button_is_pressed(simulate, board_id, again):
    script = LATCH + again + FAULTED + "press service\n" + AVAILABLE + "wait 1\nrelease service\n" + again
    simulate(script + AVAILABLE, settings={"HARDWARE_BOARD": board_id}).must_hold()


def test_a_power_cycle_clears_it_where_the_chip_can_tell(simulate):
    simulate(LATCH + CYCLE + AVAILABLE, settings={"HARDWARE_BOARD": PICO_2}).must_hold()


def test_a_reset_of_an_rp2_is_told_as_its_button(simulate):
    script = 'expect status Available within 30\nreset\nexpect console "reset: button" within 30'
    simulate(script, settings={"HARDWARE_BOARD": PICO}).must_hold()
