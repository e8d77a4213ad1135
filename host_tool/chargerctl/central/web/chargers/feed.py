# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What all who look at the overview are shown, followed once for all of them: each tile is rendered once, and a viewer who
comes, or comes back, gets only what has changed since its page was made."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from chargerctl.central.live.state import State
from chargerctl.central.live.watch import Change, Watch
from chargerctl.central.web.chargers.tile import is_shown

ALL = ""
"""A key beside the serials: which chargers there are may have changed, or whether the books can be read."""

Put = Callable[[Mapping[str, None]], None]


@dataclass
class Shown:
    """A charger as it is shown; since: the position from which on it is. html: rendered already, by whom it is for."""

    state: State
    since: int
    html: dict[bool, str] = field(default_factory=dict)


class Feed:
    """Reads the books only while there are viewers. Every method may be called from any thread, and does not wait."""

    def __init__(self, watch: Watch, now: Callable[[], float], render: Callable[[State, bool], str]) -> None:
        """render(state, may_change): the HTML of a tile."""
        self._watch = watch
        self._now = now
        self._render = render
        self._lock = threading.Lock()
        self._shown: dict[str, Shown] = {}
        self._error = ""
        # Another process counts otherwise.
        self._name = secrets.token_hex(4)
        self._count = 0
        self._viewers: list[Put] = []
        # Of the watch; whether it has told of all chargers since then.
        self._end: Callable[[], None] | None = None
        self._following = object()
        self._complete = False

    def position(self) -> str:
        """Ask before the books are read for a page: what follows it is what the page does not have."""
        with self._lock:
            return f"{self._name}-{self._count}"

    def subscribe(self, after: str, put: Put) -> Callable[[], None]:
        """put(keys) whenever one of these chargers, or ALL, is not any more what a page of the position `after` shows.
        Returns what ends it."""
        with self._lock:
            self._viewers.append(put)
            since = self._read(after)
            put(dict.fromkeys([ALL, *(serial for serial, each in self._shown.items() if each.since > since)]))
            if self._end is None:
                self._complete = False
                self._following = object()
                self._end = self._watch.subscribe(partial(self._changed, self._following))
        return partial(self._leave, put)

    def states(self) -> list[State]:
        with self._lock:
            return [each.state for each in self._shown.values()]

    def serials(self) -> list[str] | None:
        """Of all that are shown; None: that is not known yet."""
        with self._lock:
            return list(self._shown) if self._complete else None

    def error(self) -> str:
        """Why the books cannot be read, or ""."""
        with self._lock:
            return self._error

    def tiles(self, serials: Iterable[str], may_change: bool) -> list[str]:
        """HTML of those that are shown still."""
        with self._lock:
            found = [self._shown[serial] for serial in serials if serial in self._shown]
        for each in found:
            if may_change not in each.html:
                each.html[may_change] = self._render(each.state, may_change)
        return [each.html[may_change] for each in found]

    def _leave(self, put: Put) -> None:
        with self._lock:
            self._viewers = [each for each in self._viewers if each is not put]
            end = None
            if not self._viewers:
                end, self._end = self._end, None
        if end is not None:
            end()

    def _changed(self, following: object, change: Change) -> None:
        now = self._now()
        with self._lock:
            if following is not self._following:
                return
            new = {serial: each for serial, each in change.states.items() if is_shown(each, now)}
            gone = self._shown.keys() & (change.gone | (change.states.keys() - new.keys()))
            if not self._complete and not change.error:
                gone |= self._shown.keys() - new.keys()
            others = bool(gone) or bool(new.keys() - self._shown.keys()) or not self._complete
            self._count += 1
            keys = [serial for serial, each in new.items() if not self._is_shown_as(serial, each)]
            for serial in gone:
                del self._shown[serial]
            for serial in keys:
                self._shown[serial] = Shown(new[serial], self._count)
            others |= change.error != self._error
            self._error = change.error
            self._complete |= not change.error
            if keys or others:
                for put in self._viewers:
                    put(dict.fromkeys([ALL, *keys] if others else keys))

    def _is_shown_as(self, serial: str, state: State) -> bool:
        return serial in self._shown and self._shown[serial].state == state

    def _read(self, position: str) -> int:
        name, _, count = position.partition("-")
        return int(count) if name == self._name and count.isdecimal() and len(count) < 16 else -1
