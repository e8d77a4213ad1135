# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Why the program runs again. A visitor of the start."""

import sys
import time

import microcontroller
import supervisor
from micropython import const

_REASONS = (
    ("POWER_ON", "power"),
    ("BROWNOUT", "brownout"),
    ("SOFTWARE", "software"),
    ("WATCHDOG", "watchdog"),
    ("RESET_PIN", "button"),
    ("DEEP_SLEEP_ALARM", "wake"),
    ("RESCUE_DEBUG", "debugger"),
)
# After a brown-out or a crash an ESP32 starts in safe mode, and safemode.py resets it: a software reset. Where no time
# is lost by it, it leaves the true reason in the RTC, as midnight of a day of January 2000 (the RTC itself starts with
# the 1st), and we are here some seconds later. An RP2 starts its RTC anew each time: there it is "software".
_SAFE_MODE_DAYS = {2: "brownout", 3: "crash"}
_SECONDS = const(20)


def reason():
    """One lower-case word; "reload" when only the program was started anew; "unknown"."""
    if supervisor.runtime.run_reason != supervisor.RunReason.STARTUP:
        return "reload"
    now = microcontroller.cpu.reset_reason
    for member, word in _REASONS:
        if now == getattr(microcontroller.ResetReason, member):
            return _behind_safe_mode() if word == "software" else word
    return "unknown"


def _behind_safe_mode():
    year, month, day, hour, minute, second = time.localtime()[:6]
    if (year, month, hour, minute) == (2000, 1, 0, 0) and second < _SECONDS:
        return _SAFE_MODE_DAYS.get(day, "software")
    return "software"


def was_off():
    """Whether the supply had been off, for certain: others report a power-on, too, after a brown-out (RP2040) or the
    reset button (ESP32)."""
    return sys.platform == "RP2350" and reason() == "power"
