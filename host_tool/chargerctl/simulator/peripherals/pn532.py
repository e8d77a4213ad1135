# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A PN532 card reader, from the frames it receives to the frames it answers (NXP UM0701-02).

A command is answered by an acknowledge frame and, once that was read, by a response; "ready" (the status
byte, and IRQ low) means that one of the two waits. A new frame cancels the command before. The two host interfaces
around this core are at the bottom; HSU is not modelled.
"""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.simulator.machine.clock import Clock, Timer
from chargerctl.simulator.machine.errors import os_error

ACK = bytes.fromhex("0000FF00FF00")
NACK = bytes.fromhex("0000FFFF0000")
_SYNTAX_ERROR = bytes.fromhex("0000FF01FF7F8100")

_TO_CHIP, _FROM_CHIP = 0xD4, 0xD5

_GET_FIRMWARE_VERSION = 0x02
_GET_GENERAL_STATUS = 0x04
_SET_PARAMETERS = 0x12
_SAM_CONFIGURATION = 0x14
_POWER_DOWN = 0x16
_RF_CONFIGURATION = 0x32
_IN_DESELECT = 0x44
_IN_LIST_PASSIVE_TARGET = 0x4A
_IN_RELEASE = 0x52

_FOR_EVER = 0xFF

# Microseconds. Assumed, of the order that the manual and breakout boards show.
ACK_US = 800
ANSWER_US = 1_000
# Finding a card: wake-up, anticollision, select, and once more for each further level of the UID.
FIND_US = 6_000
LEVEL_US = 2_500


def frame(data: bytes) -> bytes:
    """A normal information frame around `data`, which begins with the direction byte D4 or D5."""
    return bytes((0, 0, 0xFF, len(data), -len(data) & 0xFF)) + data + bytes((-sum(data) & 0xFF, 0))


def unframe(received: bytes) -> bytes | None:
    """The data of the first information frame in `received`; None when it is not whole and right."""
    start = received.find(b"\x00\xff")
    if start < 0 or len(received) < start + 4:
        return None
    length, checksum = received[start + 2 : start + 4]
    data = received[start + 4 : start + 4 + length]
    end = start + 4 + length
    if (length + checksum) & 0xFF or len(data) < length or len(received) <= end:
        return None
    return None if (sum(data) + received[end]) & 0xFF else data


class Pn532:
    """The chip and its field. `irq(low)` is called when the interrupt line changes."""

    def __init__(self, clock: Clock, irq: Callable[[bool], object] = lambda low: None) -> None:
        self._clock = clock
        self._irq = irq
        self._card: bytes | None = None
        self._timer: Timer | None = None
        self._waiting: bytes | None = None
        self.powered = False
        self.power(True)

    def power(self, powered: bool) -> None:
        """Supply on or off; the chip starts again, and finds no card until it was configured."""
        self.powered = powered
        self._abandon()
        self._configured = False
        self._uses_irq = True
        self._retries = _FOR_EVER
        self._last = b""

    def hold(self, uid: bytes | None) -> None:
        """Put a card into the field (4, 7 or 10 bytes of UID), or take it away."""
        if uid is not None and len(uid) not in (4, 7, 10):
            raise ValueError(f"a UID has 4, 7 or 10 bytes, not {len(uid)}")
        self._card = uid
        if self._searching:
            self._search()

    # The host's side

    @property
    def ready(self) -> bool:
        """Does a frame wait to be read?"""
        return self._waiting is not None

    def receive(self, received: bytes) -> None:
        """What the host wrote: a command, its acknowledge (ends the command) or its refusal (once more)."""
        if received.startswith(NACK):
            self._offer_in(ACK_US, self._last)
        elif received.startswith(ACK):
            self._abandon()
        elif (data := unframe(received)) is not None and len(data) >= 2 and data[0] == _TO_CHIP:
            self._abandon()
            self._command = data[1:]
            self._timer = self._clock.call_in(ACK_US, lambda: self._offer(ACK))

    def take(self) -> bytes:
        """The waiting frame, which the host has now read."""
        taken, self._waiting = self._waiting or b"", None
        self._signal()
        if taken == ACK:
            self._execute()
        return taken

    # The chip's side

    def _abandon(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._waiting = None
        self._searching = False
        self._command = b""
        self._signal()

    def _offer(self, out: bytes) -> None:
        self._timer = None
        self._waiting = out
        self._signal()

    def _offer_in(self, us: int, out: bytes) -> None:
        if out != ACK:
            self._last = out
        self._timer = self._clock.call_in(us, lambda: self._offer(out))

    def _signal(self) -> None:
        self._irq(self.powered and self._waiting is not None and self._uses_irq)

    def _answer(self, data: bytes = b"") -> None:
        self._offer_in(ANSWER_US, frame(bytes((_FROM_CHIP, self._command[0] + 1)) + data))

    def _execute(self) -> None:
        code, parameters = self._command[0], self._command[1:]
        if code == _GET_FIRMWARE_VERSION:
            self._answer(bytes((0x32, 0x01, 0x06, 0x07)))
        elif code == _GET_GENERAL_STATUS:
            self._answer(bytes((0x00, 0x01 if self._card else 0x00, 0x00, 0x80)))
        elif code == _SET_PARAMETERS and len(parameters) == 1:
            self._answer()
        elif code == _SAM_CONFIGURATION and parameters:
            self._configured = parameters[0] == 0x01
            self._uses_irq = len(parameters) < 3 or parameters[2] != 0
            self._answer()
        elif code == _POWER_DOWN and parameters:
            self._answer(b"\x00")
        elif code == _RF_CONFIGURATION and len(parameters) >= 2:
            if parameters[0] == 0x05 and len(parameters) == 4:
                self._retries = parameters[3]
            self._answer()
        elif code in (_IN_DESELECT, _IN_RELEASE) and len(parameters) == 1:
            self._answer(b"\x00")
        elif code == _IN_LIST_PASSIVE_TARGET and len(parameters) >= 2 and self._configured:
            self._searching = True
            self._search()
        else:
            self._offer_in(ANSWER_US, _SYNTAX_ERROR)

    def _search(self) -> None:
        """(Again) look what is in the field; without a card until the retries are used up."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        baud = self._command[2]
        if self._card is not None and baud == 0x00:
            levels = len(self._card) // 3
            self._timer = self._clock.call_in(FIND_US + LEVEL_US * (levels - 1), self._found)
        elif self._retries != _FOR_EVER:
            self._timer = self._clock.call_in(FIND_US * (self._retries + 1), self._found)

    def _found(self) -> None:
        self._searching = False
        target = b"\x00" if self._card is None else b"\x01" + _target(self._card)
        self._last = frame(bytes((_FROM_CHIP, self._command[0] + 1)) + target)
        self._offer(self._last)


def _target(uid: bytes) -> bytes:
    """Target 1 as InListPassiveTarget describes it: SENS_RES, SEL_RES, and the UID behind its length."""
    sens_res = {4: 0x04, 7: 0x44, 10: 0x84}[len(uid)]
    sel_res = 0x08 if len(uid) == 4 else 0x00
    return bytes((0x01, 0x00, sens_res, sel_res, len(uid))) + uid


class Pn532I2c:
    """The I2C interface: every read begins with the status byte, then the frame from its start."""

    address = 0x24

    def __init__(self, chip: Pn532) -> None:
        self._chip = chip

    def write(self, data: bytes) -> None:
        if not self._chip.powered:
            raise os_error("ENODEV")
        if data:
            self._chip.receive(data)

    def read(self, count: int) -> bytes:
        """Reading the status byte alone leaves the frame where it is; reading on takes it."""
        if not self._chip.powered:
            raise os_error("ENODEV")
        if not self._chip.ready:
            return bytes(count)
        waiting = self._chip.take() if count > 1 else b""
        return (b"\x01" + waiting)[:count].ljust(count, b"\x00")


_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Pn532Spi:
    """The SPI interface: least significant bit first; the first byte is the operation."""

    _WRITE, _STATUS, _READ = 0x01, 0x02, 0x03

    def __init__(self, chip: Pn532) -> None:
        self._chip = chip
        self._operation: int | None = None
        self._received = b""
        self._sending: bytes | None = None

    def select(self, selected: bool) -> None:
        if not selected and self._operation == self._WRITE and self._chip.powered:
            self._chip.receive(self._received)
        self._operation = None
        self._received = b""
        self._sending = None

    def transfer(self, data: bytes) -> bytes:
        """Without power nothing drives MISO."""
        if not self._chip.powered:
            return b"\xff" * len(data)
        return bytes(_REVERSED[self._exchange(_REVERSED[byte])] for byte in data)

    def _exchange(self, byte: int) -> int:
        if self._operation is None:
            self._operation = byte
            return 0x00
        if self._operation == self._WRITE:
            self._received += bytes((byte,))
        elif self._operation == self._STATUS:
            return int(self._chip.ready)
        elif self._operation == self._READ:
            if self._sending is None:
                self._sending = self._chip.take()
            out, self._sending = self._sending[:1], self._sending[1:]
            return out[0] if out else 0x00
        return 0x00
