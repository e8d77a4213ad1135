# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Calls a charger through the books, from another process than the central system that speaks to it: asks for the call, and
waits for its outcome."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from chargerctl.central.books import calls, workers
from chargerctl.central.books.interface import Outcome, Payload
from chargerctl.central.books.owner import not_known
from chargerctl.central.books.store import DatabaseStore
from chargerctl.errors import ChargerctlError

# The statuses of answers that mean: it is done, or will be (OCPP 1.6, chapter 7; the security white paper, chapter 6).
DONE = frozenset({"Accepted", "AcceptedCanceled", "RebootRequired", "Scheduled", "Unlocked"})

_PAUSE_S = 0.1
# How much longer than the charger has for its answer: a call waits for the one before it, and for the books.
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Clock:
    now: Callable[[], float] = time.time
    sleep: Callable[[float], object] = time.sleep


class Remote:
    """Calls chargers through these books."""

    def __init__(self, store: DatabaseStore, clock: Clock = Clock()) -> None:
        self._store = store
        self._clock = clock

    def call(self, serial: str, action: str, payload: Payload, timeout_s: float) -> Outcome:
        """Ask for a call whose payload is valid, and wait for its end. Ctrl-C takes it back, if it was not sent yet.

        timeout_s: what the charger has for its answer. InputError where the books do not know the charger, ChargerctlError
        where no central system runs on them.
        """
        began = self._clock.now()
        with self._store.writing() as connection:
            self._check_running(workers.count_living(connection, began))
            number = calls.ask(connection, serial, action, payload, timeout_s, began)
        if number is None:
            raise not_known(serial)
        try:
            return self._outcome(number, began + timeout_s + _PATIENCE_S)
        except BaseException:
            with self._store.writing() as connection:
                calls.cancel(connection, number, self._clock.now())
            raise

    def _outcome(self, number: int, end: float) -> Outcome:
        while True:
            with self._store.reading() as connection:
                found = calls.outcome(connection, number)
                living = workers.count_living(connection, self._clock.now())
            if found is not None:
                return found
            self._check_running(living)
            if self._clock.now() > end:
                raise ChargerctlError(
                    f"{self._store.place}: the central system did not take the call: is it too busy?"
                )
            self._clock.sleep(_PAUSE_S)

    def _check_running(self, living: int) -> None:
        if not living:
            raise ChargerctlError(
                f"{self._store.place}: no central system runs on these books: start it with `chargerctl central serve`"
            )


def reason(outcome: Outcome) -> str:
    """Why it is not what was asked for, in words; "" where it is."""
    if outcome.answer is None:
        return f"{outcome.error}: {outcome.detail}" if outcome.detail else outcome.error
    status = outcome.answer.get("status", "Accepted")
    return "" if status in DONE else str(status)
