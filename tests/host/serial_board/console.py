# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The console of the serial board: program, "Press any key", REPL, and the bytes that wait for whoever reads.

A byte waits in the ring until the board comes to read it, and the board reads only while the host reads or waits, or is held
back. A host that writes more than the ring holds before it reads loses bytes on a UART bridge: stricter than some are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import serial

from tests.host.serial_board.disk import Disk
from tests.host.serial_board.interpreter import Interpreter
from tests.host.serial_board.line import Line
from tests.host.serial_board.pins import PinEvent, Pins
from tests.host.serial_board.program import Program
from tests.host.serial_board.shapes import Shape
from tests.host.serial_board.timeline import Timeline

OFF, STARTING, PROGRAM, ENDED, REPL = "off", "starting", "program", "ended", "repl"
_CTRL_C, _CTRL_D, _CTRL_E = b"\x03", b"\x04", b"\x05"
_RELOAD_S = 0.3
# What the chip says at a reset, before any program.
_ROM = ("ESP-ROM:esp32c6-20220919", "rst:0xc (SW_CPU),boot:0xc (SPI_FAST_FLASH_BOOT)", "entry 0x4086c410")


class Console:
    """state: one of the five. on_reset: asked for a hard reset, with its reason. strike_at: the call for the hardware at
    which a Ctrl-C strikes a statement that it reaches."""

    def __init__(
        self,
        shape: Shape,
        time: Timeline,
        line: Line,
        interpreter: Interpreter,
        pins: Pins,
        disk: Disk,
        program: Program,
        on_reset: Callable[[str], None],
    ) -> None:
        self.state = STARTING
        self.strike_at = 1
        self.dropped = 0
        self._shape, self._time, self._line, self._interpreter = shape, time, line, interpreter
        self._pins, self._disk, self._program, self._on_reset = pins, disk, program, on_reset
        self._ring = bytearray()
        self._block = 0
        self._busy_until = 0.0
        self._reason = "POWER_ON"
        self._struck = self._pasting = False

    @property
    def free(self) -> int:
        if self.state != REPL:
            self._interpreter.boot(self._reason)
        return self._interpreter.free

    @property
    def room(self) -> int:
        """Bytes that can come now without being held back or lost."""
        return max(0, self._shape.holds - len(self._ring))

    # Time.

    def advance(self, to: float) -> None:
        while self.step(to):
            pass

    def step(self, end: float | None) -> bool:
        """Do what comes next, at `end` at the latest (None: whenever); False where nothing does, and it is `end` now."""
        reads = max(self._time.now, self._busy_until) if self._reads() else None
        due = min((when for when in (reads, self._time.next()) if when is not None), default=None)
        if due is None and end is None:
            raise AssertionError("the host waits for ever")
        if due is None or (end is not None and due > end):
            self._time.now = max(self._time.now, end or 0.0)
            return False
        if reads == due:
            self._time.now = reads
            self._consume()
        else:
            self._time.step()
        return True

    # Keys.

    def take(self, data: bytes, block: int, timeout: float | None) -> None:
        """Bytes from the host, in this exchanged block. SerialTimeoutException where they are held back for longer."""
        self._block = block
        end = None if timeout is None else self._time.now + timeout
        self._time.now += len(data) * self._shape.byte_s
        for piece in re.split(b"(\x03)", data):
            while piece and (room := self._make_room(len(piece), end)):
                if piece == _CTRL_C:
                    self._interrupt()
                else:
                    self._ring += piece[:room]
                piece = piece[room:]

    def _make_room(self, wanted: int, end: float | None) -> int:
        """For how many bytes there is room, once the board has read; 0 where what comes now is lost."""
        while not self.room:
            if not self._shape.held_back:
                self.dropped += wanted
                return 0
            if not self.step(end):
                raise serial.SerialTimeoutException("Write timeout")
        return self.room

    def _reads(self) -> bool:
        if not self._ring:
            return False
        if self.state == PROGRAM:
            return self._program.reads_console and bool(re.search(b"[\r\n]", self._ring))
        return self.state in (ENDED, REPL)

    def _consume(self) -> None:
        if self.state == PROGRAM:
            line, _, rest = re.split(b"([\r\n])", bytes(self._ring), maxsplit=1)
            self._ring[:] = rest
            if line:
                self._line.say(*self._program.hears(line.decode(errors="replace")))
        elif self.state == REPL:
            self._type(None)
        elif self._ring.pop(0) == _CTRL_D[0]:
            self.reload()
        else:
            self._enter_repl()

    def _interrupt(self) -> None:
        """Where something runs, Ctrl-C clears the ring and ends it; at a prompt it is a key."""
        if self.state == REPL:
            if self._pasting:
                self._pasting = False
            elif _CTRL_D in self._ring and self._type(self.strike_at):
                self._ring.clear()
                return
            elif self._busy_until > self._time.now and self._struck:
                self._busy_until = self._time.now
                self._time.hurry()
                return
            elif self._busy_until > self._time.now:
                self._ring.clear()
            self._ring += _CTRL_C
        else:
            self._ring.clear()
            if self.state == PROGRAM:
                self._line.say(
                    "",
                    self._line.words.traceback,
                    f'  File "code.py"{self._line.words.line}12, in <module>',
                    "KeyboardInterrupt: ",
                )
                self._end_program()

    def _type(self, strike_at: int | None) -> bool:
        """Give the REPL what waits, up to the end of a statement; whether an interrupt has struck it."""
        keys = bytes(self._ring)
        if self._pasting:
            self._ring.clear()
            return False
        if self._interpreter.is_raw and keys.startswith(_CTRL_E):
            # Raw paste, as reported of C3 and C6: it begins, and takes no more than its first window.
            self._ring.clear()
            self._pasting = True
            self._line.send(b"R\x01\x80\x00", self._shape.turn_s)
            return False
        keys = keys[: keys.find(_CTRL_D) + 1 or len(keys)]
        if self._interpreter.is_raw and _CTRL_E in keys:
            keys = keys[: keys.index(_CTRL_E)]
        answer, flash_s = self._interpreter.type(keys, self._block, strike_at)
        del self._ring[: answer.typed]
        self._struck = answer.struck
        busy = self._shape.turn_s + flash_s + answer.slept
        self._busy_until = self._time.now + busy
        self._line.send(answer.out, busy, flash_writes=flash_s > 0)
        if answer.ended == "hard":
            self._on_reset("SOFTWARE")
        elif answer.ended == "soft":
            self.reload()
        return answer.struck

    # What runs.

    def power_off(self, block: int) -> None:
        self._block = block
        self._time.clear()
        self._vm_ends()
        self.state = OFF

    def boot(self, reason: str) -> None:
        """Power has come, or a reset: nothing reads until the program starts."""
        self._reason = reason
        self.state = STARTING
        self._line.say(*_ROM)
        self._time.after(self._shape.start_s, self.start_program)

    def reload(self) -> None:
        self._vm_ends()
        self._line.say("", self._line.words.reboot)
        self.state = STARTING
        self._time.after(_RELOAD_S, partial(self.start_program, hard=False))

    def start_program(self, hard: bool = True, silently: bool = False) -> None:
        """hard: after a reset. silently: what it says at its start was said before anyone listened."""
        self.state = PROGRAM
        lines = self._program.starts(self._disk, hard)
        for name, level in self._program.pins.items():
            self._pins.happens(PinEvent(self._block, self._pins.first_name(name), "output", level))
        if not silently:
            self._line.say(self._line.words.output, *lines)
        if not lines or self._program.ends:
            self._end_program()
        else:
            self._time.after(self._program.period_s, self._go_on, of_program=True)

    def _go_on(self) -> None:
        self._line.say(*self._program.goes_on())
        self._time.after(self._program.period_s, self._go_on, of_program=True)

    def _end_program(self) -> None:
        self._time.forget_program()
        self._vm_ends()
        self.state = ENDED
        self._line.say("", self._line.words.done, "", self._line.words.press)

    def _enter_repl(self) -> None:
        self._interpreter.boot(self._reason)
        self.state = REPL
        self._line.send(f"\r\n{self._interpreter.banner}\r\n>>> ".encode())

    def _vm_ends(self) -> None:
        self._interpreter.let_go(self._block)
        self._ring.clear()
        self._busy_until = 0.0
        self._struck = self._pasting = False
