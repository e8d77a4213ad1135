# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A latched fault outlasts a reset of the board, and not a power cycle."""

LATCH = """
expect status Available within 30
press estop
expect status Faulted
wait 1
release estop
"""


def test_an_emergency_stop_stays_latched_through_a_reset(simulate):
    # An ESP32 cannot tell its reset button from power-on; an RP2 can.
    simulate(
        LATCH
        + """
reset
expect console "reset: button"
expect call out StatusNotification {"connectorId": 1, "status": "Faulted"} within 30
press service
expect status Available
""",
        settings={"HARDWARE_BOARD": "raspberry_pi_pico_w"},
    ).must_hold()


def test_a_power_cycle_clears_it(simulate):
    simulate(
        LATCH
        + """
power off
wait 1
power on
expect call out StatusNotification {"connectorId": 1, "status": "Available"} within 30
"""
    ).must_hold()
