# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Calls chargers through the books, from another process than the central system that speaks to them: asks for the
calls, and waits for their outcomes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chargerctl.central.books import calls, workers
from chargerctl.central.books.interface import Outcome, Payload
from chargerctl.central.books.owner import not_known
from chargerctl.central.books.store import DatabaseStore
from chargerctl.errors import ChargerctlError

# The statuses of answers that mean: it is done, or will be (OCPP 1.6, chapter 7; the security white paper, chapter 6).
DONE = frozenset({"Accepted", "AcceptedCanceled", "RebootRequired", "Scheduled", "Unlocked"})

_PAUSE_S = 0.1
# The central system ends what it cannot send in time: how much longer to wait for that.
_MARGIN_S = 5.0


@dataclass(frozen=True)
class Clock:
    now: Callable[[], float] = time.time
    sleep: Callable[[float], object] = time.sleep
    steady: Callable[[], float] = time.monotonic
    """Never jumps: how long is waited."""


@dataclass(frozen=True)
class Request:
    """A call that somebody wants a charger to get. The payload is valid."""

    serial: str
    action: str
    payload: Payload


class Remote:
    """Calls chargers through these books."""

    def __init__(self, store: DatabaseStore, clock: Clock = Clock()) -> None:
        self._store = store
        self._clock = clock

    def call(self, serial: str, action: str, payload: Payload, timeout_s: float) -> Outcome:
        """Ask for one call, and wait for its end. The rest is as in call_all()."""
        ended: dict[int, Outcome] = {}
        self.call_all([Request(serial, action, payload)], timeout_s, ended.__setitem__)
        return ended[0]

    def call_all(
        self, requests: Sequence[Request], timeout_s: float, done: Callable[[int, Outcome], object]
    ) -> None:
        """Ask for calls, all at once, and wait for the end of each: `done` gets its place in `requests`, and its outcome. A
        charger gets its calls in this order, one after the other; no charger waits for another one. Ctrl-C takes back what
        was not sent yet.

        timeout_s: what a charger has for each answer. InputError where the books do not know a charger. ChargerctlError
        where no central system runs on them, or it stops meanwhile: what was not sent yet is taken back then, too.
        """
        began = self._clock.now()
        most = max(Counter(request.serial for request in requests).values(), default=1)
        # The last one is sent so early that its answer is still waited for.
        wait_s = (most - 1) * timeout_s + calls.PATIENCE_S + calls.queue_s(len(requests))
        waiting = self._ask(requests, timeout_s, wait_s, began)
        end = self._clock.steady() + wait_s + timeout_s + _MARGIN_S
        try:
            self._wait(waiting, end, done)
        except BaseException:
            with self._store.writing() as connection:
                for number in waiting:
                    calls.cancel(connection, number, self._clock.now())
            raise

    def _ask(
        self, requests: Sequence[Request], timeout_s: float, wait_s: float, now: float
    ) -> dict[int, int]:
        """The places of the requests by the ids of their calls."""
        waiting: dict[int, int] = {}
        with self._store.writing() as connection:
            # What others have asked for must not end by the date of this computer.
            now = workers.date(connection, now)
            calls.end_overdue(connection, now)  # where no central system runs, nobody else does
            living = workers.count_living(connection, now)
            for place, each in enumerate(requests if living else ()):
                number = calls.ask(connection, each.serial, each.action, each.payload, timeout_s, now, wait_s)
                if number is None:
                    raise not_known(each.serial)
                waiting[number] = place
        self._check_running(living)
        return waiting

    def _wait(self, waiting: dict[int, int], end: float, done: Callable[[int, Outcome], object]) -> None:
        """Until nothing waits any more: what has ended leaves `waiting`."""
        while waiting:
            with self._store.reading() as connection:
                open_calls = calls.not_ended(connection, min(waiting), max(waiting))
                ended = {each: calls.outcome(connection, each) for each in waiting if each not in open_calls}
                living = workers.count_living(connection, self._clock.now())
            for number, outcome in ended.items():
                if outcome is not None:
                    done(waiting.pop(number), outcome)
            if waiting:
                self._check_running(living)
                if self._clock.steady() > end:
                    raise self._not_ended(list(waiting))
                self._clock.sleep(_PAUSE_S)

    def _not_ended(self, numbers: Sequence[int]) -> ChargerctlError:
        with self._store.writing() as connection:
            unsent = sum(calls.cancel(connection, each, self._clock.now()) for each in numbers)
        if unsent:
            return ChargerctlError(
                f"{self._store.place}: the central system did not send the call, which is taken back: is it too busy?"
            )
        return ChargerctlError(
            f"{self._store.place}: the call was sent, and the central system does not tell what became of it"
        )

    def _check_running(self, living: int) -> None:
        if not living:
            raise ChargerctlError(
                f"{self._store.place}: no central system runs on these books: start it with `chargerctl central serve`"
            )


def reason(outcome: Outcome) -> str:
    """Why it is not what was asked for, in words; "" where it is."""
    if outcome.answer is None:
        return outcome.failure
    status = outcome.answer.get("status", "Accepted")
    return "" if status in DONE else str(status)
