# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Why the program runs again, and how to make it."""

import microcontroller
import supervisor

_REASONS = (
    ("POWER_ON", "power"),
    ("BROWNOUT", "brownout"),
    ("SOFTWARE", "software"),
    ("WATCHDOG", "watchdog"),
    ("RESET_PIN", "button"),
    ("DEEP_SLEEP_ALARM", "wake"),
    ("RESCUE_DEBUG", "debugger"),
)


def reason():
    """One lower-case word; "reload" when only the program was started anew; "unknown"."""
    if supervisor.runtime.run_reason != supervisor.RunReason.STARTUP:
        return "reload"
    now = microcontroller.cpu.reset_reason
    for member, word in _REASONS:
        if now == getattr(microcontroller.ResetReason, member):
            return word
    return "unknown"


def reboot():
    """Does not return: the chip starts as after a reset."""
    microcontroller.reset()
