# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The chargers that have connected to this worker, and wait to be taken from whoever holds them. Each of them has somebody
who waits for the answer, and may give up first: a charger that went elsewhere meanwhile must not be taken from there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future

from chargerctl.leases.register import RegisterError

_Take = tuple[str, Future[bool]]


class Takes:
    """In the order in which they came. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Take] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, serial: str) -> Future[bool]:
        """Its answer, from answer() or refuse(). Who waits no more cancels it."""
        future: Future[bool] = Future()
        with self._lock:
            self._waiting.append((serial, future))
        return future

    def first(self, most: int) -> set[str]:
        """So many of those that are still waited for; the others are forgotten."""
        with self._lock:
            self._waiting = [each for each in self._waiting if not each[1].cancelled()]
            return {serial for serial, _ in self._waiting[:most]}

    def still_wanted(self, serials: Collection[str]) -> set[str]:
        """Those of them that somebody waits for: from here on until the answer, whatever comes."""
        with self._lock:
            return {
                serial for serial, future in self._waiting if serial in serials and _is_waited_for(future)
            }

    def answer(self, serials: Collection[str], answer: Callable[[str], bool]) -> None:
        """Whether these are held."""
        for serial, future in self._remove(serials):
            if _is_waited_for(future):
                future.set_result(answer(serial))

    def refuse(self, error: RegisterError, serials: Collection[str] | None = None) -> None:
        """These, or all."""
        for _, future in self._remove(serials):
            if _is_waited_for(future):
                future.set_exception(error)

    def _remove(self, serials: Collection[str] | None) -> list[_Take]:
        with self._lock:
            before, self._waiting = self._waiting, []
            found: list[_Take] = []
            for each in before:
                (found if serials is None or each[0] in serials else self._waiting).append(each)
        return found


def _is_waited_for(future: Future[bool]) -> bool:
    """From here on it cannot be cancelled."""
    return future.running() or (not future.cancelled() and future.set_running_or_notify_cancel())
