# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Follows the books, and reports what has changed to whoever subscribes. It reads only while somebody does, and mostly only
where something was written.

The books are the one truth, whichever process writes them: nothing here listens to the desk.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.reader import Reader
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.live.read import read_states
from chargerctl.central.live.state import State
from chargerctl.events.event import Event, Tell
from chargerctl.visible import visible_text

_PAUSE_S = 0.4
# Of the time goes into reading, where there are thousands of chargers or the database is slow; then changes come later.
_SHARE = 0.25
_LONGEST_PAUSE_S = 10.0
_LONGEST = 300  # characters of a bug


@dataclass(frozen=True)
class Change:
    """The chargers that are new or different, and the serials of those that are gone.

    error: why the books cannot be read now, or "": then nothing of this is known to be true any more.
    """

    states: dict[str, State] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    error: str = ""

    def then(self, later: Change) -> Change:
        """Both as one."""
        states = {serial: each for serial, each in self.states.items() if serial not in later.gone}
        gone = self.gone.difference(later.states) | later.gone
        return Change(states | later.states, gone, later.error)


class Watch:
    """Of all chargers, also those that are unknown or refused. Every method may be called from any thread."""

    def __init__(
        self, store: DatabaseStore, now: Callable[[], float] = time.time, tell: Tell = lambda event: None
    ) -> None:
        """tell: hears of bugs, its own and those of subscribers; it goes on."""
        self._tell = tell
        self._reader = Reader(store, lambda connection: read_states(connection, now()))
        # One looks at a time: an older state never follows a newer one.
        self._looking = threading.Lock()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._subscribers: list[_Subscriber] = []
        # What all subscribers have got, or are about to; None: nothing yet.
        self._shown: Change | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def subscribe(self, on_change: Callable[[Change], object]) -> Callable[[], None]:
        """Gets all chargers soon, then changes, on a thread of its own: while it works, further changes gather into one.

        Returns what ends it; from then on nothing comes, but what it is in the middle of.
        """
        subscriber = _Subscriber(on_change, self._tell)
        with self._lock:
            self._subscribers.append(subscriber)
            if self._shown is not None:
                subscriber.put(self._shown)
            else:
                self._wake.set()

        def end() -> None:
            with self._lock:
                self._subscribers = [each for each in self._subscribers if each is not subscriber]
                if not self._subscribers:
                    self._shown = None
            subscriber.close()

        return end

    def close(self) -> None:
        with self._lock:
            self._closing = True
            subscribers, self._subscribers = self._subscribers, []
        self._wake.set()
        self._thread.join()
        for each in subscribers:
            each.close()

    def look(self) -> None:
        """Report what has changed, without waiting for the next time: after the books were written here."""
        with self._looking:
            with self._lock:
                before = self._shown
            if before is None:
                self._reader.forget()
            try:
                states, error = self._reader.look(), ""
            except BooksError as failure:
                states, error = None, failure.message
            except Exception as failure:  # noqa: BLE001 (the chargers are answered all the same; a later look may succeed)
                states, error = None, _bug("reading the chargers' states", failure)
                if before is None or error != before.error:
                    self._tell(Event("bug", error))
            if states is None:
                states = before.states if before is not None else {}
            self._show(states, error)

    def _show(self, states: dict[str, State], error: str) -> None:
        with self._lock:
            if not self._subscribers:
                return
            before = self._shown or Change()
            change = Change(
                {serial: each for serial, each in states.items() if before.states.get(serial) != each},
                frozenset(before.states.keys() - states.keys()),
                error,
            )
            # Also the first that there are none.
            if change != Change(error=before.error) or self._shown is None:
                self._shown = Change(states, error=error)
                for each in self._subscribers:
                    each.put(change)

    def _run(self) -> None:
        while not self._closing:
            with self._lock:
                wanted = bool(self._subscribers)
            began = time.monotonic()
            if wanted:
                self.look()
            pause = min(max(_PAUSE_S, (time.monotonic() - began) / _SHARE), _LONGEST_PAUSE_S)
            self._wake.wait(pause if wanted else None)
            self._wake.clear()


class _Subscriber:
    """Gives changes to `on_change`, one after the other."""

    def __init__(self, on_change: Callable[[Change], object], tell: Tell) -> None:
        self._on_change = on_change
        self._tell = tell
        self._condition = threading.Condition()
        self._waiting: Change | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="watch-subscriber", daemon=True)
        self._thread.start()

    def put(self, change: Change) -> None:
        with self._condition:
            self._waiting = change if self._waiting is None else self._waiting.then(change)
            self._condition.notify()

    def close(self) -> None:
        """It may be called by on_change itself."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._closing or self._waiting is not None)
                if self._closing:
                    return
                change, self._waiting = self._waiting, None
            assert change is not None
            try:
                self._on_change(change)
            except Exception as failure:  # noqa: BLE001 (the next change may be taken)
                self._tell(Event("bug", _bug("showing a change of the chargers", failure)))


def _bug(doing: str, failure: Exception) -> str:
    return f"{doing}: a bug in chargerctl, please report it: {visible_text(repr(failure))[:_LONGEST]}"
