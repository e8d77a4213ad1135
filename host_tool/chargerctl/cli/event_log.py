# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a service reports while it runs: a line on stderr each; with --json a line of JSON on stdout.

Whoever reports never waits and never fails. A thread of its own writes; where it cannot (the reader of a pipe stands still
or is gone, the disk of the file is full), lines are dropped and counted, and it tries again until the end of the service.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import BinaryIO, TextIO

from chargerctl.cli.output import Output, json_line
from chargerctl.events.event import Event
from chargerctl.visible import visible_text

_MOST_CHARACTERS = 1 << 20
"""That wait to be written."""
_PAUSE_S = 1.0
_CLOSING_S = 2.0


@contextmanager
def event_log(output: Output) -> Iterator[Log]:
    """A Log until the end of the block. If nobody reads it then, what the command prints after it goes nowhere, instead of
    keeping the process."""
    stream = sys.stdout if output.as_json else sys.stderr
    log = Log(stream, output.as_json)
    try:
        yield log
    finally:
        if not log.close():
            _give_up(stream)


class Log:
    """Call it with an Event, from any thread."""

    def __init__(self, stream: TextIO, as_json: bool) -> None:
        self._stream = stream
        self._as_json = as_json
        # Past the stream's buffer: its lock, held by a write that never ends, would keep the process from ending, and what a
        # failed write has left in it could not be told from what was written.
        self._raw: BinaryIO = getattr(stream.buffer, "raw", stream.buffer)
        self._lock = threading.Condition()
        self._waiting: deque[str] = deque()
        self._size = 0
        self._dropped = 0
        self._closing = threading.Event()
        self._written = True
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def __call__(self, event: Event) -> None:
        line = self._line(event)
        with self._lock:
            # Once lines are missing, no more until all that wait are written: there is one gap, with its size at its place.
            if self._dropped or self._size + len(line) > _MOST_CHARACTERS:
                self._dropped += 1
                return
            self._waiting.append(line)
            self._size += len(line)
            self._lock.notify()

    @property
    def waiting(self) -> int:
        """How many lines are not written yet."""
        with self._lock:
            return len(self._waiting)

    def close(self) -> bool:
        """Write what waits, for two seconds at most; whether all of it was written."""
        with self._lock:
            self._closing.set()
            self._lock.notify()
        self._thread.join(_CLOSING_S)
        return self._written and not self._thread.is_alive()

    def _line(self, event: Event) -> str:
        now = datetime.now(UTC)
        if not self._as_json:
            who = f"{event.serial}: " if event.serial else ""
            return visible_text(f"{now.astimezone():%Y-%m-%d %H:%M:%S}  {who}{event.text}")
        return json_line(
            {
                "time": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "what": event.what,
                "serial": event.serial or None,
                "text": event.text,
                "details": dict(event.details),
            },
            default=str,
        )

    def _run(self) -> None:
        while (line := self._next()) is not None:
            self._written = self._write(f"{line}\n".encode(self._stream.encoding, "backslashreplace"))

    def _next(self) -> str | None:
        """The next line, when there is one; None at the end."""
        with self._lock:
            while not (self._waiting or self._dropped or self._closing.is_set()):
                self._lock.wait()
            if self._waiting:
                line = self._waiting.popleft()
                self._size -= len(line)
                return line
            if self._dropped:
                count, self._dropped = self._dropped, 0
                text = f"{count} lines are missing here: the log could not be written"
                return self._line(Event("left_out", text, details={"kind": "log", "count": count}))
            return None

    def _write(self, data: bytes) -> bool:
        """All of it, however often it takes; at the end of the service once."""
        while data:
            try:
                # None: a pipe that does not block is full.
                written = self._raw.write(data) or 0
            except OSError:
                written = 0
            data = data[written:]
            if not written and self._closing.wait(_PAUSE_S):
                return False
        return True


def _give_up(stream: TextIO) -> None:
    """As Python's documentation says for a reader that is gone (signal, "Note on SIGPIPE")."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
