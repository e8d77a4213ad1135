# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger's part of the books, for its conversation: those of the unit of work that runs. Notes what was booked, for the
log, which is told when the unit is kept."""

from __future__ import annotations

from typing import Any

from chargerctl.central.books.interface import Books, Payload
from chargerctl.central.desk.wording import booked
from chargerctl.events.event import Event


class Pages:
    """Books (books/interface.py) that outlast a unit of work."""

    def __init__(self, serial: str) -> None:
        self._serial = serial
        self._books: Books | None = None
        self._meter_starts: dict[int, int] = {}
        self._events: list[Event] = []

    def open(self, books: Books) -> None:
        """From now on what is asked and booked is in the unit that these are of."""
        self._books = books

    def take_events(self) -> list[Event]:
        """What was booked since the last time."""
        events, self._events = self._events, []
        return events

    # Books.

    def registration(self, boot: Payload, now: float) -> str:
        return self._now().registration(boot, now)

    def id_tag_info(self, id_tag: str, now: float) -> Payload:
        return self._now().id_tag_info(id_tag, now)

    def transaction_id(self, start: Payload) -> int:
        return self._now().transaction_id(start)

    def book(self, action: str, payload: Payload, answer: Any, now: float) -> None:
        self._now().book(action, payload, answer, now)
        event = booked(self._serial, action, payload, answer, self._meter_starts)
        if event is not None:
            self._events.append(event)

    def registered(self) -> bool:
        return self._now().registered()

    def told(self, action: str, payload: Payload, answer: Payload, now: float) -> None:
        self._now().told(action, payload, answer, now)

    def sending(self, call: Any, now: float) -> bool:
        return self._now().sending(call, now)

    def _now(self) -> Books:
        if self._books is None:
            raise RuntimeError("the books of a charger are asked outside a unit of work")
        return self._books
