# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The serial console: what the board prints, at what cost, and what happens when it is not read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum

from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.machine.scheduler import Scheduler

# TinyUSB's buffer towards the host.
FIFO_BYTES = 256
# What the serial/JTAG unit of the ESP32-C6 waits for a host that does not read, a write.
_JTAG_STALL_US = 200_000
_KEPT_LINES = 2_000


class Reader(Enum):
    """The other end: a host that reads, no host, or a port that is open and never read."""

    READING = "reading"
    ABSENT = "absent"
    STUCK = "stuck"


class Console:
    """`lines`: the last lines printed, complete ones. Each is also an event `console` with its `text`."""

    def __init__(
        self, clock: Clock, scheduler: Scheduler, costs: Costs, events: Events, *, has_usb: bool
    ) -> None:
        self._clock = clock
        self._scheduler = scheduler
        self._costs = costs
        self._events = events
        self._has_usb = has_usb
        self._reader = Reader.READING
        # Bytes that the host has not fetched yet.
        self.queued = 0
        self._partial = ""
        self.lines: deque[str] = deque(maxlen=_KEPT_LINES)
        # What was typed at the board and not yet read by it.
        self.typed = bytearray()
        self.interrupt_char = 3
        # Everything printed, as it comes, for a terminal.
        self._listeners: list[Callable[[str], object]] = []
        # Collects what boot.py prints, for boot_out.txt.
        self.transcript: list[str] | None = None

    @property
    def reader(self) -> Reader:
        return self._reader

    @reader.setter
    def reader(self, reader: Reader) -> None:
        self._reader = reader
        if reader is not Reader.STUCK:
            self.queued = 0
        # A print that waits for the reader is waiting on the clock.
        self._clock.post(lambda: None)

    @property
    def connected(self) -> bool:
        return self._reader is not Reader.ABSENT

    def listen(self, listener: Callable[[str], object]) -> None:
        self._listeners.append(listener)

    def type(self, data: bytes) -> None:
        """Type at the board. Ctrl-C (unless switched off) interrupts the program instead of being read."""
        for byte in data:
            if byte == self.interrupt_char:
                self._scheduler.signal(KeyboardInterrupt())
            else:
                self.typed.append(byte)
        # What waits for a key is waiting on the clock.
        self._clock.post(lambda: None)

    def print(self, text: str) -> None:
        """As print() on the board: blocks without limit while the USB console is open and not read."""
        if not text:
            return
        size = len(text.encode("utf-8", "surrogateescape"))
        if self._reader is Reader.READING:
            self._clock.spend(size * self._costs.console_byte)
        elif self._reader is Reader.STUCK and not self._has_usb:
            self._clock.spend(_JTAG_STALL_US)
        elif self._reader is Reader.STUCK:
            self.queued += size
            if self.queued > FIFO_BYTES:
                self._clock.wait(lambda: self._reader is not Reader.STUCK)
        self._show(text)

    def offer(self, text: bytes) -> int:
        """As usb_cdc.console.write() with write_timeout = 0: takes what fits and returns how much; never blocks."""
        if self._reader is Reader.STUCK:
            text = text[: max(0, FIFO_BYTES - self.queued)]
            self.queued += len(text)
        elif self._reader is Reader.READING:
            self._clock.spend(len(text) * self._costs.console_byte)
        if text:
            self._show(text.decode("utf-8", "replace"))
        return len(text)

    def end_line(self) -> None:
        """Give out a line that was never finished: the VM has ended, or the power is gone."""
        if self._partial:
            self._line(self._partial)
            self._partial = ""

    def cut(self) -> None:
        """The chip was reset or lost power: nothing is left in its buffers."""
        self.end_line()
        self.queued = 0
        self.typed.clear()
        self.interrupt_char = 3
        self.transcript = None

    def _show(self, text: str) -> None:
        if self.transcript is not None:
            self.transcript.append(text)
        for listener in self._listeners:
            listener(text)
        *lines, self._partial = (self._partial + text).split("\n")
        for line in lines:
            self._line(line)

    def _line(self, line: str) -> None:
        line = line.rstrip("\r")
        self.lines.append(line)
        self._events.emit("console", text=line)
