# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The unique number of a chip in its spellings: what tells that a drive, a port and a host are one board.

CircuitPython writes it as hexadecimal digits to boot_out.txt, to USB as the serial number, and to /cp/version.json. On an
ESP32 it is the MAC address with the two digits of each byte exchanged (common-hal/microcontroller/Processor.c), while the
chip's own USB-Serial/JTAG, as on the ESP32-C6, has the MAC address as it is: 40:4C:CA:51:2B:0F is UID 04C4AC15B2F0.
"""

from __future__ import annotations

import re

_SEPARATORS = re.compile("[:.-]")
_UID = re.compile("(?:[0-9A-F]{2}){4,32}")


def normal(text: str) -> str:
    """In capital digits without separators; "" for what is no UID. All digits the same is what a chip without one has."""
    digits = _SEPARATORS.sub("", text[:100]).upper()
    return digits if _UID.fullmatch(digits) and len(set(digits)) > 1 else ""


def exchanged(digits: str) -> str:
    """MAC address to UID of an ESP32, and back."""
    return re.sub("(.)(.)", r"\2\1", digits)


def key(text: str) -> str:
    """The same for both orders of digits; "" for what is no UID."""
    digits = normal(text)
    return min(digits, exchanged(digits))
