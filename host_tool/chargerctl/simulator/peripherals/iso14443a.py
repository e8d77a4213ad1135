# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A contactless card of ISO/IEC 14443-3 type A, from the frames it receives to those it answers, and their times.

Only what finds a card and reads its UID: wake-up, anticollision and selection through up to three cascade levels, and
halt. Collisions are the field's: `collide` puts several answers on top of each other.
"""

from __future__ import annotations

from enum import Enum

REQA, WUPA = 0x26, 0x52  # in short frames of 7 bits
SELECT = (0x93, 0x95, 0x97)  # by cascade level
HALT = 0x50
CASCADE_TAG = 0x88
# SAK: the UID is not complete yet.
CASCADE = 0x04

# A bit takes 128 periods of 13.56 MHz; after each byte comes its parity.
BIT_US = 128 / 13.56
# From the last bit of the reader to the first of the card: 1172 periods.
DELAY_US = 1172 / 13.56


def crc(data: bytes) -> bytes:
    """CRC_A, as it follows the data on the air."""
    register = 0x6363
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
    return register.to_bytes(2, "little")


def levels(uid: bytes) -> list[bytes]:
    """What the card answers at each cascade level: four bytes and their checksum (BCC)."""
    parts = [uid[-4:]]
    for at in range(len(uid) - 7, -1, -3):
        parts.insert(0, bytes((CASCADE_TAG,)) + uid[at : at + 3])
    return [part + bytes((part[0] ^ part[1] ^ part[2] ^ part[3],)) for part in parts]


def bits(data: bytes) -> str:
    """As sent: the lowest bit of each byte first."""
    return "".join(f"{byte:08b}"[::-1] for byte in data)


class _State(Enum):
    IDLE = "after a reset of the field"
    HALTED = "until the next WUPA"
    READY = "woken, being selected"
    ACTIVE = "selected"


class Card:
    """One card. `atqa`, `levels` and `sak` are what it answers: a test makes a hostile card by changing them."""

    def __init__(self, uid: bytes) -> None:
        if len(uid) not in (4, 7, 10):
            raise ValueError(f"a UID has 4, 7 or 10 bytes, not {len(uid)}")
        self.atqa = bytes(({4: 0x04, 7: 0x44, 10: 0x84}[len(uid)], 0x00))
        self.levels = levels(uid)
        # By level; the last one is the kind of card.
        self.sak = [CASCADE] * (len(self.levels) - 1) + [0x08 if len(uid) == 4 else 0x00]
        self.reset()

    def reset(self) -> None:
        """The field was off."""
        self._state = self._rest = _State.IDLE
        self._level = 0

    def receive(self, frame: bytes, last_bits: int) -> str:
        """The bits of its answer, "" when it has none. `last_bits`: how many of the last byte were sent, 0: all."""
        answer = self._answer(frame, last_bits)
        if not answer and self._state in (_State.READY, _State.ACTIVE):
            # Anything unexpected: back to where it was woken from.
            self._state = self._rest
        return answer

    def _answer(self, frame: bytes, last_bits: int) -> str:
        if last_bits == 7 and len(frame) == 1:
            return self._wake(frame[0])
        if last_bits == 0 and frame == bytes((HALT, 0x00)) + crc(bytes((HALT, 0x00))):
            if self._state is _State.ACTIVE:
                self._state = self._rest = _State.HALTED
            return ""
        if self._state is not _State.READY or len(frame) < 2 or frame[0] != SELECT[self._level]:
            return ""
        if frame[1] == 0x70:
            return self._select(frame, last_bits)
        # Anticollision: the rest of its level, when it begins with the bits of the frame.
        if last_bits != frame[1] & 7:
            return ""
        count = (frame[1] >> 4) * 8 + (frame[1] & 7) - 16
        known, own = bits(frame[2:])[:count], bits(self.levels[self._level])
        return own[count:] if own.startswith(known) else ""

    def _wake(self, command: int) -> str:
        woken = self._state is _State.IDLE and command in (REQA, WUPA)
        if not woken and not (self._state is _State.HALTED and command == WUPA):
            return ""
        self._rest, self._state, self._level = self._state, _State.READY, 0
        return bits(self.atqa)

    def _select(self, frame: bytes, last_bits: int) -> str:
        wanted = frame[:2] + self.levels[self._level]
        if last_bits or frame != wanted + crc(wanted):
            return ""
        sak = bytes((self.sak[self._level],))
        self._level += 1
        if self._level == len(self.levels):
            self._state = _State.ACTIVE
        return bits(sak + crc(sak))


def collide(answers: list[str]) -> tuple[str, int | None]:
    """Several answers on top of each other: the bits up to the first that differs, then ones; and where that is."""
    answers = [answer for answer in answers if answer]
    if not answers:
        return "", None
    length = max(map(len, answers))
    for at in range(length):
        if len({answer[at : at + 1] for answer in answers}) > 1:
            return answers[0][:at] + "1" * (length - at), at
    return answers[0], None
