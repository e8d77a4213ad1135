# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether a charger is accepted, and so may call, and is asked for its configuration and statuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chargerctl.central.books.interface import Books
from chargerctl.central.conversation.asking import Asking
from chargerctl.central.conversation.first_calls import FirstCalls
from chargerctl.central.conversation.kept import Kept
from chargerctl.central.conversation.manner import Manner
from chargerctl.central.conversation.our_calls import OurCalls
from chargerctl.central.messages.schemas import FrameError


class Registration:
    """`refused` hears what the charger did not take of the manner's profile (first_calls.py)."""

    def __init__(
        self,
        books: Books,
        manner: Manner,
        asking: Asking,
        calls: OurCalls,
        refused: Callable[[Mapping[str, str]], object],
    ) -> None:
        self._books = books
        self._manner = manner
        self._calls = calls
        # What its last BootNotification was answered with; "" before one, and when the first calls were broken off.
        self._status = Kept("")
        self._first_calls = FirstCalls(asking, manner.profile, refused, self._forget)

    @property
    def accepted(self) -> bool:
        return self._status.value == "Accepted"

    def admit(self, action: str) -> bool:
        """Whether OCPP allows this call now: before a BootNotification is accepted only what is triggered (OCPP 1.6, 4.2). A
        charger that the books take is accepted without one: it was accepted before we were started, or by another central
        system, so it does not boot again, and may refuse to when it is told (errata 3.35). Where strangers are refused,
        FrameError instead of False (OCPP-J errata 3.8)."""
        if self.accepted or action == "BootNotification" or self._calls.has_triggered(action):
            return True
        if self._status.value == "" and self._books.registered():
            self._accept(booted=False)
            return True
        if self._manner.refuses_strangers:
            raise FrameError("SecurityError", f"{action} before BootNotification was accepted")
        return False

    def answered(self, answer: Any) -> None:
        """A BootNotification gets this answer; that of a script may be anything."""
        self._status.value = str(answer.get("status")) if isinstance(answer, dict) else "none"
        if self.accepted:
            self._accept(booted=True)

    def saved(self) -> None:
        self._status.saved()
        self._first_calls.saved()

    def lost(self) -> None:
        self._status.lost()
        self._first_calls.lost()

    def _accept(self, booted: bool) -> None:
        self._status.value = "Accepted"
        if self._manner.first_calls:
            self._first_calls.begin(booted)

    def _forget(self) -> None:
        """The books are asked about it again, and then it gets the first calls again."""
        self._status.value = ""
