# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A call to a charger, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chargerctl.central.books.interface import Outcome, Payload
from chargerctl.central.books.masking import masked_payload
from chargerctl.central.remote import reason
from chargerctl.central.views.described import Described


@dataclass(frozen=True)
class Called(Described):
    """A call that has ended."""

    serial: str
    action: str
    payload: dict[str, Any]
    """As it was sent, with *** in place of secrets."""
    answer: dict[str, Any] | None
    """What the charger answered; null where it did not."""
    error: str | None
    """The code of its CALLERROR, or Timeout, NotConnected, Cancelled, InvalidAnswer."""
    detail: str | None
    """More about the error."""
    done: bool
    """The answer says that it is done, or will be: Accepted, Unlocked, RebootRequired, Scheduled."""


def called(serial: str, action: str, payload: Payload, outcome: Outcome) -> Called:
    return Called(
        serial=serial,
        action=action,
        payload=masked_payload(payload),
        answer=outcome.answer,
        error=outcome.error or None,
        detail=outcome.detail or None,
        done=not reason(outcome),
    )
