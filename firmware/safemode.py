# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Bring the board back after a brown-out or a crash, unless a person asked for safe mode.

CircuitPython runs this file instead of boot.py and code.py when it starts in safe mode. There may be no person near a
charger to press reset, so after a brown-out or a crash it is reset here; code.py counts how often in a row. When a person
asked for safe mode, and where a reset cannot help (it would repeat without end), the board stays in safe mode. Imports
none of the charger's modules.

After this reset the chip reports a software reset. So the true reason is left in the clock of an ESP32, as the 2nd or 3rd
of January 2000, if the clock has lost its time: after a brown-out it always has. An RP2 resets its clock each time, so
there the reason is lost.
"""

import time

import microcontroller
import rtc
import supervisor

# By name: boards differ in which reasons they have.
STAY = (
    "NONE",
    "USER",
    "PROGRAMMATIC",
    "NO_CIRCUITPY",
    "USB_BOOT_DEVICE_NOT_INTERFACE_ZERO",
    "USB_TOO_MANY_ENDPOINTS",
    "USB_TOO_MANY_INTERFACE_NAMES",
)


def a_reset_helps(reason):
    """Whether `reason` (a supervisor.SafeModeReason) is a brown-out or a crash, not a request or a wrong set-up."""
    reasons = supervisor.SafeModeReason
    return not any(reason == getattr(reasons, name) for name in STAY if hasattr(reasons, name))


def leave_word(reason):
    if time.localtime()[0] == 2000:
        brown_out = reason == getattr(supervisor.SafeModeReason, "BROWNOUT", None)
        rtc.RTC().datetime = time.struct_time((2000, 1, 2 if brown_out else 3, 0, 0, 0, 0, -1, -1))


try:
    # As in boot.py, which does not run in safe mode.
    supervisor.runtime.ble_workflow = False
except NotImplementedError:
    pass

why = supervisor.runtime.safe_mode_reason
if a_reset_helps(why):
    try:
        leave_word(why)
    except Exception:  # noqa: BLE001, S110 - the reset is what counts
        pass
    # A brown-out in the first second of a start requests safe mode for the next one, as a person would.
    microcontroller.on_next_reset(microcontroller.RunMode.NORMAL)
    microcontroller.reset()
