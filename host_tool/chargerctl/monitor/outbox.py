# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Between the thread that reads the board and the one that shows: the reader never waits, however slow the screen is."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from chargerctl.monitor.entries import BoardLine, Entry, Note

_MOST = 8 << 20  # bytes of lines that wait
_OF_ENTRY = 400  # what an entry takes besides its text, which is there as a line and as a message


class Outbox:
    """Takes entries without waiting. Where too many wait, the newest lines are dropped and counted."""

    def __init__(self, most: int = _MOST, clock: Callable[[], float] = time.time) -> None:
        self._most = most
        self._clock = clock
        self._changed = threading.Condition()
        self._entries: deque[Entry] = deque()
        self._size = 0
        self._dropped = 0
        self._closed = False

    def put(self, entries: Sequence[Entry]) -> None:
        with self._changed:
            for entry in entries:
                self._put(entry)
            self._changed.notify()

    def close(self) -> None:
        """No more entries come."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def take(self, timeout_s: float) -> list[Entry] | None:
        """All that wait, after up to `timeout_s` where there is none; None after the last when it is closed."""
        with self._changed:
            if not self._entries and not self._closed:
                self._changed.wait(timeout_s)
            entries, self._size = list(self._entries), 0
            self._entries.clear()
            if self._dropped:
                entries.append(self._gap())
            return None if self._closed and not entries else entries

    def _put(self, entry: Entry) -> None:
        if isinstance(entry, BoardLine):
            size = 2 * len(entry.text) + _OF_ENTRY
            if self._size + size > self._most:
                self._dropped += 1
                return
            self._size += size
        if self._dropped:
            self._entries.append(self._gap())
        self._entries.append(entry)

    def _gap(self) -> Note:
        count, self._dropped = self._dropped, 0
        text = f"{count} lines are not shown: they came faster than they can be shown here"
        return Note(self._clock(), "dropped", text)
