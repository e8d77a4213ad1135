# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads cards with a PN532, never waiting: one of send, acknowledge and read per pass.

The chip searches by itself until a card comes, so an idle pass is one status read. Frames and checksums are the
Adafruit library's; its waiting loops are not used.
"""

from charger.hardware.health import Health
from charger.hardware.reader import Presence

_ACK = b"\x00\x00\xff\x00\xff\x00"
_HOST_TO_PN532 = 0xD4
_PN532_TO_HOST = 0xD5
_SAM_CONFIGURATION = b"\xd4\x14\x01\x14\x00"  # normal mode, no virtual card, its interrupt unused
_IN_LIST_PASSIVE_TARGET = b"\xd4\x4a\x01\x00"  # one card of ISO 14443 type A at 106 kbit/s
# Tg, SENS_RES, SEL_RES, length, UID of 4, 7 or 10 bytes, and the ATS of a smart card behind it.
_LONGEST_ANSWER = 2 + 1 + 5 + 10 + 20
_UID_LENGTH_AT = 2 + 5
_UID_LENGTHS = (4, 7, 10)

_PATIENCE_MS = 100
# A chip that lost power forgets that it should search, and says so to nobody: ask anew this often.
_RENEW_MS = 5000

_IDLE, _SENT, _ACKNOWLEDGED = range(3)


class Reader:
    """`open_chip()` returns a chip with ready(), _write_frame, _read_data and _read_frame, or raises OSError.

    step(now) costs one status read; a card costs one frame of some 50 bytes more.
    """

    def __init__(self, open_chip, usable, log):
        self._open_chip = open_chip
        self._usable = usable
        self._health = Health(log, "card")
        self._presence = Presence()
        self._chip = None
        self._command = _SAM_CONFIGURATION
        self._phase = _IDLE
        self._since = 0

    @property
    def lost(self):
        return self._health.lost
