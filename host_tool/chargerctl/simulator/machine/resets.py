# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a chip knows after a reset: the reason it reports, and whether the supervisor's saved word is still there.

After CircuitPython's common-hal/microcontroller/Processor.c and supervisor/port.c of both ports.
"""

from __future__ import annotations

# What caused it: power, button (ESP32: EN, RP2: RUN), watchdog, software, brownout, crash (of the core), and usb: a host
# that resets an ESP32 through its USB-Serial/JTAG unit.
_ESP32 = {
    "power": "POWER_ON",
    "button": "POWER_ON",
    "brownout": "BROWNOUT",
    "watchdog": "WATCHDOG",
    "software": "SOFTWARE",
    "crash": "SOFTWARE",
    "usb": "UNKNOWN",
}
# The RP2040 has one bit for power-on and brown-out; the RP2350 one for each.
_RP2350 = _ESP32 | {"button": "RESET_PIN"}
_RP2040 = _RP2350 | {"brownout": "POWER_ON"}


def reported(chip: str, cause: str) -> str:
    """A name of microcontroller.ResetReason."""
    if chip == "rp2350":
        return _RP2350[cause]
    return (_RP2040 if chip == "rp2040" else _ESP32)[cause]


def keeps_word(chip: str, cause: str) -> bool:
    """Whether what was saved for the next start outlasts this reset: an RTC register on ESP32, which EN clears, and a
    word of RAM on RP2, which RUN leaves alone."""
    return cause != "power" and (cause != "button" or chip.startswith("rp2"))
