# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Has the chargers do what Home Assistant asks for: one command at a time for each charger, and not many at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from chargerctl.central.books.interface import Outcome
from chargerctl.central.books.policies import Policy
from chargerctl.central.books.queries.card_here import card_status
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.homeassistant.commands import Command, RefusedError
from chargerctl.central.live.state import State
from chargerctl.central.remote import Clock, Remote, Request, reason
from chargerctl.errors import ChargerctlError

# Commands that wait for an answer at once; most of them wait for a charger, not for this computer.
_THREADS = 8
# With those that wait for a thread.
_MOST = 64
_STOPS = "chargerctl stops"


class Orders:
    """card: the idTag of sessions that are started; cards: what becomes of one that is not in the books; timeout_s: what a
    charger has for an answer."""

    def __init__(self, store: DatabaseStore, card: str, cards: Policy, timeout_s: float) -> None:
        self._store = store
        self._card = card
        self._cards = cards
        self._timeout_s = timeout_s
        self._closing = threading.Event()
        self._remote = Remote(store, Clock(sleep=self._sleep))
        self._pool = ThreadPoolExecutor(_THREADS, "home-assistant")
        self._lock = threading.Lock()
        self._busy: set[str] = set()

    def give(self, command: Command, state: State, done: Callable[[str], object]) -> None:
        """Returns at once. done(text): called once, now or from another thread: what became of it, in words."""
        with self._lock:
            why = self._why_not(state.serial)
            if not why:
                self._busy.add(state.serial)
                self._pool.submit(self._run, command, state, done)
        if why:
            done(f"{command.words} refused: {why}")

    def close(self) -> None:
        """What was not sent yet is taken back, and what comes is refused."""
        with self._lock:
            self._closing.set()
        self._pool.shutdown()

    def _why_not(self, serial: str) -> str:
        if self._closing.is_set():
            return _STOPS
        if serial in self._busy:
            return "another command waits for its answer"
        return f"{_MOST} commands wait for their answers" if len(self._busy) >= _MOST else ""

    def _run(self, command: Command, state: State, done: Callable[[str], object]) -> None:
        try:
            text = self._ask(command, state)
        except ChargerctlError as error:
            text = f"{command.words} refused: {error.message}"
        except Exception as error:  # noqa: BLE001 (whoever commanded it waits for a word; the service goes on)
            # Not its text, which may have anything in it.
            text = f"{command.words} failed: a bug in chargerctl, please report it: {type(error).__name__}"
        finally:
            with self._lock:
                self._busy.discard(state.serial)
        done(text)

    def _ask(self, command: Command, state: State) -> str:
        """What the charger answers."""
        if self._closing.is_set():
            raise RefusedError(_STOPS)
        calls = command.calls(state, self._card)
        if command.needs_card:
            self._check_card(state)
        outcomes: dict[int, Outcome] = {}
        requests = [Request(state.serial, each.action, each.payload) for each in calls]
        self._remote.call_all(requests, self._timeout_s, outcomes.__setitem__)
        for _, outcome in sorted(outcomes.items()):
            if why := reason(outcome):
                raise RefusedError(why)
        return f"{command.words}: {(outcomes[0].answer or {}).get('status', 'Accepted')}"

    def _check_card(self, state: State) -> None:
        """The charger would start, and stop again once the books refuse the card. Its idTag is not named: who reads at the
        broker may not know what opens chargers."""
        with self._store.reading() as connection:
            status = card_status(connection, self._cards, self._card, state.serial, time.time())
        if status == "Invalid":
            raise RefusedError(
                "the card of home_assistant_card is not in the books: enter it with `chargerctl central cards add`"
            )
        if status != "Accepted":
            raise RefusedError(f"the card of home_assistant_card may not charge here: it is {status}")

    def _sleep(self, seconds: float) -> None:
        if self._closing.wait(seconds):
            raise RefusedError(_STOPS)
