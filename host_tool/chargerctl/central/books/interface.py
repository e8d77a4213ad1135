# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the conversation with a charger asks of the books, and what the desk does. Nothing here knows a database.

Two keep this promise: the Ledger of one simulated charger, in memory, and the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from chargerctl.errors import ChargerctlError

Payload = dict[str, Any]


class BooksError(ChargerctlError):
    """The books cannot be read or written now: locked, disk full, server gone. Nothing of the unit of work was kept; the
    same work may succeed later."""


class FencedError(BooksError):
    """This worker has not all the chargers any more that it had when the unit of work began."""


class Books(Protocol):
    """One charger's part of the books, for one conversation. All payloads are valid by their schemas."""

    def registration(self, boot: Payload, now: float) -> str:
        """Accepted, Pending or Rejected: the answer to this BootNotification (OCPP 1.6, 4.2)."""

    def id_tag_info(self, id_tag: str, now: float) -> Payload:
        """An IdTagInfo: status, and parentIdTag and expiryDate where the card has them (OCPP 1.6, 7.27)."""

    def transaction_id(self, start: Payload) -> int:
        """The id for this StartTransaction: that of an identical earlier one, or a new one. Writes nothing."""

    def book(self, action: str, payload: Payload, answer: Any, now: float) -> None:
        """Keep the effect of a call of the charger, given the answer that it gets. The same call again changes nothing. Some
        have none: FirmwareStatusNotification and DiagnosticsStatusNotification are only among the frames."""

    def registered(self) -> bool:
        """Whether a charger may take part that goes on without a BootNotification: it was accepted before the central system
        was started, or by another one."""

    def told(self, action: str, payload: Payload, answer: Payload, now: float) -> None:
        """Keep what the charger answered to a call of ours: its configuration (GetConfiguration, ChangeConfiguration). An
        AuthorizationKey that it took is its password from then on. Both payloads are valid by their schemas."""

    def sending(self, call: Any, now: float) -> bool:
        """This call, of Unit.waiting_calls, is about to be sent. False: nobody wants it any more, and it must not be."""


@dataclass(frozen=True)
class WaitingCall:
    """A call that somebody wants the charger to get: a row of the table `calls`."""

    id: int
    serial: str
    action: str
    payload: Payload
    timeout_s: float


@dataclass(frozen=True)
class Outcome:
    """What became of a call: `answer` for a CALLRESULT; else `error`: a CALLERROR's code, or Timeout (sent, no answer: it
    may have been carried out), InvalidAnswer (it breaks the schema), NotConnected (not sent), Cancelled (not sent); `detail`
    in words."""

    answer: Payload | None = None
    error: str = ""
    detail: str = ""

    @property
    def failure(self) -> str:
        """Why there is no answer, in words; "" where there is one."""
        # What these two mean, their detail says in words.
        if self.detail and self.error in ("NotConnected", "Timeout"):
            return self.detail
        return f"{self.error}: {self.detail}" if self.detail else self.error


class Unit(Protocol):
    """One unit of work: what is written in it is kept together, at its end, or not at all."""

    def working(self, now: float) -> None:
        """This worker lives: about every 5 s. What a dead one was connected to is connected no more. Always a write: it also
        shows whether the books can be written."""

    def needs_lease(self) -> None:
        """What follows is of chargers that this worker must hold, where there are leases. FencedError: it had none when the
        unit began, so that nothing would say at its end whose they are."""

    def charger(self, serial: str) -> Books:
        """Its part of the books, also if it is not known."""

    def seen(self, serial: str, now: float) -> None:
        """A frame came from it."""

    def connected(self, serial: str, transport: str | None, now: float) -> None:
        """It is connected over this transport; None: over none any more."""

    def frame(self, serial: str, outgoing: bool, text: str, now: float) -> None:
        """Keep a frame for a time, without the secrets in it."""

    def waiting_calls(self, now: float) -> Iterable[WaitingCall]:
        """Calls that were asked for since the last time, oldest first. Each is given out once. Ask Books.sending() before
        one is sent."""

    def answered(self, call: int, outcome: Outcome, now: float) -> None:
        """The end of a WaitingCall. What it says of the charger is told()."""


class Store(Protocol):
    """The books themselves."""

    def unit(self) -> AbstractContextManager[Unit]:
        """Begin a unit of work, keep it at the end of the block; BooksError if that fails at any point. From one thread."""
