# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Bring the board back after a brown-out or a crash, unless a person asked for safe mode.

CircuitPython runs this file instead of boot.py and code.py when it starts in safe mode. A charger has
nobody beside it to press reset, so whatever happened to the board is answered by a reset; code.py counts
how often in a row. What a person asked for, and what a reset cannot mend (it would only repeat for ever),
stays in safe mode. Imports nothing of ours.

After its reset the chip knows only of a software reset. So the reason is left in the clock of an ESP32, as the 2nd or 3rd
of January 2000, where that holds no time that would be lost: after a brown-out it never does. An RP2 starts its clock
anew, so there it is lost.
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
    """Whether `reason` (a supervisor.SafeModeReason) is something that happened to the board."""
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
    # A brown-out in the first second of a start leaves "safe mode" armed for the next one, as if a person had asked.
    microcontroller.on_next_reset(microcontroller.RunMode.NORMAL)
    microcontroller.reset()
