# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The virtual board's console as a serial port: a pty, for programs that talk to boards. POSIX only.

As on a board, the port vanishes with every reset and without power, and comes back under another name. `path` is a link that
always leads to it. What is printed while no program has it open is lost, and so is what a program has not read when the port
vanishes. A program that has it open and does not read stops the board, as the console does: see machine/console.py.
"""

from __future__ import annotations

import os
import select
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.console import Console, Reader
from chargerctl.simulator.machine.events import Event, Events

# What waits here for a program that does not read, before the board notices.
_MOST = 1 << 16
# How often to look whether a program has opened the port.
_CLOSED_MS = 50
_READ = 4096


@dataclass
class _Port:
    """One pty. name: of the end that a program opens; waiting: for it; unplugged: to be closed."""

    master: int
    name: str
    waiting: bytearray = field(default_factory=bytearray)
    unplugged: bool = False

    @classmethod
    def make(cls) -> _Port:
        import tty  # not on Windows

        master, slave = os.openpty()
        tty.setraw(slave)
        name = os.ttyname(slave)
        # From now on the master reports whether a program has the port open.
        os.close(slave)
        os.set_blocking(master, False)
        return cls(master, name)


class SerialPort:
    """A context manager. Its own thread moves the bytes; everything else is called on the thread that steps the board."""

    def __init__(self, console: Console, clock: Clock, events: Events) -> None:
        self._console = console
        self._clock = clock
        self._folder = tempfile.TemporaryDirectory(prefix="chargerctl-")
        self.path = Path(self._folder.name) / "serial"
        self._lock = threading.Lock()
        self._ports: list[_Port] = []  # the last is the one that is plugged in
        self._ended = False
        self._bell, self._ring = os.pipe()
        os.set_blocking(self._bell, False)
        os.set_blocking(self._ring, False)
        self._thread = threading.Thread(target=self._move, name="serial port", daemon=True)
        console.listen(self._printed)
        events.listen(self._on_event, ("power", "reset"))

    def __enter__(self) -> SerialPort:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._unplug()
        with self._lock:
            self._ended = True
        self._nudge()
        self._thread.join()
        os.close(self._bell)
        os.close(self._ring)
        self._folder.cleanup()

    def _printed(self, text: str) -> None:
        data = text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "surrogateescape")
        with self._lock:
            plugged = [port for port in self._ports if not port.unplugged]
            for port in plugged:
                port.waiting += data
            full = any(len(port.waiting) > _MOST for port in plugged)
        if full and self._console.reader is Reader.READING:
            self._console.reader = Reader.STUCK
        self._nudge()

    def _on_event(self, event: Event) -> None:
        self._unplug()
        if event["kind"] == "reset":  # also when the power comes back
            self._plug()

    def _plug(self) -> None:
        port = _Port.make()
        fresh = self.path.with_name("fresh")
        fresh.symlink_to(port.name)
        fresh.replace(self.path)
        with self._lock:
            self._ports.append(port)
        self._nudge()

    def _unplug(self) -> None:
        self.path.unlink(missing_ok=True)
        with self._lock:
            for port in self._ports:
                port.unplugged = True
        self._read_again()
        self._nudge()

    def _read_again(self) -> None:
        if self._console.reader is Reader.STUCK:
            self._console.reader = Reader.READING

    # The thread

    def _nudge(self) -> None:
        with suppress(BlockingIOError):  # it is nudged enough
            os.write(self._ring, b".")

    def _move(self) -> None:
        while True:
            self._wait()
            with self._lock:
                for port in [port for port in self._ports if port.unplugged]:
                    os.close(port.master)
                    self._ports.remove(port)
                for port in self._ports:
                    self._serve(port)
                if self._ended:
                    return

    def _wait(self) -> None:
        """Until there may be something to do."""
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        closed = True
        with self._lock:
            for port in self._ports:
                if not _is_closed(port):
                    closed = False
                    poll.register(port.master, select.POLLIN | (select.POLLOUT if port.waiting else 0))
        poll.poll(_CLOSED_MS if closed else None)
        with suppress(BlockingIOError):
            os.read(self._bell, _READ)

    def _serve(self, port: _Port) -> None:
        if _is_closed(port):
            port.waiting.clear()
        else:
            self._write(port)
            with suppress(OSError):
                typed = os.read(port.master, _READ)
                self._clock.post(lambda: self._console.type(typed))
        if not port.waiting and self._console.reader is Reader.STUCK:
            self._clock.post(self._read_again)

    def _write(self, port: _Port) -> None:
        with suppress(OSError):
            while port.waiting:
                del port.waiting[: os.write(port.master, port.waiting)]


def _is_closed(port: _Port) -> bool:
    """Whether no program has it open."""
    poll = select.poll()
    poll.register(port.master, 0)
    return bool(poll.poll(0))
