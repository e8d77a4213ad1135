# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A board behind a serial port: MicroPython's own REPL with the shape of an ESP32-C6 laid over it.

It has a clock of its own: a host that reads, waits or writes moves it on, nothing else does, so that no test waits and none
depends on the machine's speed. A statement is run when the host next reads or waits; until then a Ctrl-C can reach it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import serial
from chargerctl.boards.catalogue import ASSUMED, BOARDS

from tests.host.serial_board.console import Console
from tests.host.serial_board.disk import Disk, Operation
from tests.host.serial_board.interpreter import Build, Interpreter
from tests.host.serial_board.line import Line
from tests.host.serial_board.pins import PinEvent, Pins
from tests.host.serial_board.port import Port
from tests.host.serial_board.program import Program
from tests.host.serial_board.shapes import BRIDGE, C6, Shape
from tests.host.serial_board.timeline import Timeline
from tests.host.serial_board.words import LANGUAGES
from tests.host.transport.faulty import Tree

__all__ = ["BRIDGE", "C6", "CTRL_C", "POWER", "RESET", "UNPLUG", "PinEvent", "Program", "SerialBoard"]

POWER, UNPLUG, CTRL_C, RESET = "power", "unplug", "ctrl-c", "reset"
_PORT_BACK_S = 0.7


class SerialBoard:
    """A board that runs its program when the test begins. `tree` has its files.

    loses_while_writing: a seed; then one of eight answers of statements that write flash loses up to 64 bytes.
    blocks: exchanged so far, a write by the host or the board's answer to it. sent, received: bytes from and to the host.
    """

    def __init__(
        self,
        tree: Tree,
        shape: Shape = C6,
        board: str = "seeed_xiao_esp32c6",
        *,
        program: Program | None = None,
        cluster: int | None = None,
        capacity: int | None = None,
        read_only: bool = False,
        loses_while_writing: int | None = None,
        title_between_lines: bool = False,
        language: str = "en",
        has_zlib: bool = True,
        version: tuple[int, int, int] = ASSUMED,
        uid: bytes = bytes.fromhex("4022D8A1B2C3"),
    ) -> None:
        facts = BOARDS[board]
        self.shape = shape
        self.cluster = cluster or facts.cluster
        self.capacity = capacity or facts.filesystem_kb * 1024
        self.disk = Disk(tree)
        self.blocks = self.sent = self.received = self.resets = 0
        self._pins = Pins(facts)
        self._time = Timeline()
        self._line = Line(shape, self._time, LANGUAGES[language], title_between_lines, loses_while_writing)
        build = Build(facts, version, uid, has_zlib, self.cluster, self.capacity, read_only)
        self._interpreter = Interpreter(build, self.disk, self._pins)
        self._console = Console(
            shape,
            self._time,
            self._line,
            self._interpreter,
            self._pins,
            self.disk,
            program or Program(),
            self.reset,
        )
        self._cuts: dict[int, tuple[str, bool, float | None]] = {}
        self._plugs = 0
        self._port: str | None = "ttyACM0"
        self._opened: Port | None = None
        self._answered = False
        self._console.start_program(silently=True)

    def __enter__(self) -> SerialBoard:
        return self

    def __exit__(self, *_: object) -> None:
        self._interpreter.close()

    # What a test looks at.

    def ports(self) -> list[str]:
        """The names of ports that are there now."""
        return [self._port] if self._port else []

    def now(self) -> float:
        return self._time.now

    def sleep(self, seconds: float) -> None:
        self._console.advance(self._time.now + seconds)

    @property
    def pins(self) -> list[PinEvent]:
        return self._pins.events

    def level(self, pin: str) -> bool | None:
        """What the board drives it to; None where it drives nothing. Any of the pin's names will do."""
        return self._pins.level(pin)

    @property
    def happened(self) -> list[Operation | PinEvent]:
        """Operations of the drive and events of the pins since the REPL was entered first, in their order."""
        return self._interpreter.happened

    @property
    def free(self) -> int:
        """Bytes free, in whole clusters, as FAT counts them."""
        return self._console.free

    @property
    def state(self) -> str:
        """ "off", "starting", "program", "ended" (Press any key ...) or "repl"."""
        return self._console.state

    @property
    def room(self) -> int:
        """Bytes that can be written now without being held back or lost."""
        return self._console.room

    @property
    def dropped(self) -> int:
        """Bytes from the host that nothing had room for."""
        return self._console.dropped

    @property
    def lost(self) -> int:
        """Bytes to the host that got lost while the board wrote its flash."""
        return self._line.lost

    # What a test does to it.

    def open(self, name: str, timeout: float | None = None, write_timeout: float | None = None) -> Port:
        """The port, as pyserial opens it."""
        if name != self._port:
            raise serial.SerialException(errno.ENOENT, f"could not open port {name}")
        self._opened = Port(self, name, timeout, write_timeout)
        self._line.is_open = True
        return self._opened

    @contextmanager
    def plugged(self, folder: Path) -> Iterator[None]:
        """Its port as a real terminal: a link in the folder, with another name after each reset."""
        from tests.host.serial_board.terminal import Terminal

        with Terminal(self, folder):
            yield

    def cut(self, at: int, how: str, keep: bool = True, back_after: float | None = None) -> None:
        """Before this exchanged block (from 1): POWER gone, cable out (UNPLUG), Ctrl-C to the host's program (CTRL_C:
        KeyboardInterrupt in its call), or a RESET. keep: what was not synced. back_after: seconds until it is back."""
        self._cuts[at] = how, keep, back_after

    def strike_at(self, call: int) -> None:
        """A Ctrl-C that reaches a statement strikes before this call for drive or pins (1: its first)."""
        self._console.strike_at = call

    def power_off(self, keep: bool = True) -> None:
        self._console.power_off(self.blocks)
        self.disk.lose_power(keep)
        self._pull_out()

    def power_on(self) -> None:
        self._start("POWER_ON")

    def reset(self, reason: str = "RESET_PIN") -> None:
        self.resets += 1
        self._console.power_off(self.blocks)
        self.disk.lose_power(keep_unsynced=True)
        if self.shape.port_vanishes:
            self._pull_out()
        self._start(reason)

    def unplug(self, back_after: float | None = None) -> None:
        """The cable out; the board has its power from elsewhere."""
        self._pull_out()
        if back_after is not None:
            self._time.after(back_after, self.plug)

    def plug(self) -> None:
        if self._port is None:
            self._plugs += 1
            self._port = f"ttyACM{self._plugs}"

    # What the port does.

    def write(self, port: Port, data: bytes, timeout: float | None) -> int:
        self._check(port)
        if data:
            self._exchange(port)
            self._answered = False
            self.sent += len(data)
            self._console.take(data, self.blocks, timeout)
        return len(data)

    def read(self, port: Port, count: int, timeout: float | None) -> bytes:
        self._check(port)
        end = None if timeout is None else self._time.now + timeout
        found = bytearray()
        while True:
            piece = self._time.take(count - len(found))
            if piece and not self._answered:
                self._answered = True
                self._exchange(port)
            found += piece
            if len(found) == count or not self._console.step(end):
                break
            if self._opened is not port:
                if not found:
                    self._check(port)
                break
        self.received += len(found)
        return bytes(found)

    def waiting(self, port: Port) -> int:
        self._check(port)
        self.sleep(self.shape.turn_s)  # or a host that looks again and again would stop the clock
        return self._time.ready

    def forget_output(self, port: Port) -> None:
        self._check(port)
        self._time.take(self._time.ready)

    def closed(self, port: Port) -> None:
        if self._opened is port:
            self._opened = None
            self._line.is_open = False
            self._time.forget_output()

    def _check(self, port: Port) -> None:
        if self._opened is not port:
            raise serial.SerialException(errno.EIO, os.strerror(errno.EIO))

    def _exchange(self, port: Port) -> None:
        self.blocks += 1
        how, keep, back_after = self._cuts.pop(self.blocks, (None, True, None))
        if how == POWER:
            self.power_off(keep)
        elif how == RESET:
            self.reset()
        elif how == UNPLUG:
            self.unplug(back_after)
        elif how == CTRL_C:
            raise KeyboardInterrupt
        self._check(port)

    def _start(self, reason: str) -> None:
        if self._port is None:
            self._time.after(_PORT_BACK_S, self.plug)
        self._console.boot(reason)

    def _pull_out(self) -> None:
        self._port = self._opened = None
        self._line.is_open = False
        self._time.forget_output()
