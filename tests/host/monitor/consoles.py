# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Consoles for a monitor to read, without a port and without wall time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

from chargerctl.monitor.deployed import Deployed
from chargerctl.monitor.keys import Keys
from chargerctl.monitor.log import Log
from chargerctl.monitor.outbox import Outbox
from chargerctl.monitor.pipeline import Pipeline
from chargerctl.monitor.run import Monitor
from chargerctl.monitor.secrets import Masker

NO_SOURCES = Deployed({}, dict)


class Script:
    """A stream that gives these chunks, one a read, then is gone. written: what was sent to it."""

    def __init__(self, chunks: Iterable[bytes], written: list[bytes]) -> None:
        self._chunks = iter(chunks)
        self._written = written
        self.closed = False

    def read(self, timeout_s: float) -> bytes:
        for chunk in self._chunks:
            return chunk
        raise OSError(5, "Input/output error")

    def write(self, data: bytes) -> None:
        self._written.append(data)

    def close(self) -> None:
        self.closed = True


class NoWait(threading.Event):
    """An event that is never waited for."""

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


class Bench:
    """Runs a monitor over these connections, one after the other, and ends it behind the last."""

    def __init__(
        self, connections: Iterable[Iterable[bytes]], clock: Callable[[], float] = lambda: 0.0
    ) -> None:
        self.written: list[bytes] = []
        self.streams: list[Script] = []
        self._connections: Iterator[Iterable[bytes]] = iter(connections)
        self._clock = clock
        self.stop = NoWait()

    def open_console(self) -> tuple[Script, str]:
        chunks = next(self._connections, None)
        if chunks is None:
            self.stop.set()
            raise OSError(2, "no board")
        self.streams.append(Script(chunks, self.written))
        return self.streams[-1], "a port"

    def run(self, log: Log | None = None, show=None, keys: Keys | None = None, most: int = 8 << 20) -> list:
        """The entries that were shown. most: bytes that may wait for the screen."""
        shown: list = []
        pipeline = Pipeline(Masker(), NO_SOURCES)
        outbox = Outbox(most)
        monitor = Monitor(self.open_console, pipeline, keys or Keys(), log, self._clock, outbox, self.stop)
        monitor.run(show or shown.extend)
        return shown
