# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One run of a monitor: a thread reads the board and writes the log, this one shows. The board is read at all times."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chargerctl.monitor.entries import BoardLine, Entry, Note
from chargerctl.monitor.keys import Keys, Press
from chargerctl.monitor.log import Log
from chargerctl.monitor.outbox import Outbox
from chargerctl.monitor.pipeline import Pipeline
from chargerctl.monitor.sources import Connected, Lost, Opener, Stream, happenings

# Gets the entries that have come; an empty list where time has passed and nothing came.
Show = Callable[[Sequence[Entry]], object]
# How long the screen waits for the next entry: a panel also shows how time passes.
_TICK_S = 0.25
# How long the reader may take to end: it waits for the board at most as long as sources.py.
_END_S = 5.0


@dataclass
class Monitor:
    """log: None for none. stop: ends it, as KeyboardInterrupt does."""

    open_console: Opener
    pipeline: Pipeline
    keys: Keys
    log: Log | None
    clock: Callable[[], float] = time.time
    outbox: Outbox = field(default_factory=Outbox)
    stop: threading.Event = field(default_factory=threading.Event)
    _failure: BaseException | None = None

    def run(self, show: Show) -> None:
        """Until KeyboardInterrupt, which is raised here, or until the console, the log or the screen fails: their error."""
        reader = threading.Thread(target=self._read, name="monitor", daemon=True)
        reader.start()
        try:
            while (entries := self.outbox.take(_TICK_S)) is not None:
                show(entries)
        finally:
            self.stop.set()
            reader.join(_END_S)
        if self._failure is not None:
            raise self._failure

    def _read(self) -> None:
        try:
            self._pass_on()
        except BaseException as error:  # noqa: BLE001 - raised by run(), on its thread
            self._failure = error
        finally:
            self.outbox.close()

    def _pass_on(self) -> None:
        stream: Stream | None = None
        for happening in happenings(self.open_console, self.stop.wait):
            at = self.clock()
            if isinstance(happening, Lost):
                stream = None
                self._enter(self.pipeline.lost(happening.why, at))
                continue
            if isinstance(happening, Connected):
                stream = happening.stream
                self.keys.connected()
                entries = self.pipeline.connected(happening.to, at)
            else:
                entries = self.pipeline.feed(happening, at)
            self._enter(entries)
            press = self.keys.due(at, heard=happening != b"", logged=any(map(_is_logged, entries)))
            if press is not None and stream is not None:
                self._press(stream, press, at)
        self._enter(self.pipeline.end(self.clock()))

    def _press(self, stream: Stream, press: Press, at: float) -> None:
        try:
            stream.write(press.data)
        except OSError as error:
            self._enter([Note(at, "note", f"could not send a key: {error.strerror or error}")])
        else:
            self._enter([Note(at, "sent", press.text)] if press.text else [])

    def _enter(self, entries: Sequence[Entry]) -> None:
        if entries:
            if self.log is not None:
                self.log.write(entries)
            self.outbox.put(entries)


def _is_logged(entry: Entry) -> bool:
    return isinstance(entry, BoardLine) and entry.said.tag != ""
