# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Parameters of the API's routes."""

from __future__ import annotations

from datetime import tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Path, Query
from pydantic import AwareDatetime
from starlette.exceptions import HTTPException

from chargerctl.central import cards
from chargerctl.central.books.tables import LARGEST_ID, LARGEST_TRANSACTION_ID
from chargerctl.errors import InputError
from chargerctl.serials import MOST_CHARACTERS

_VISIBLE = "^[ -~]+$"

SerialPath = Annotated[
    str,
    Path(
        pattern=_VISIBLE,
        max_length=MOST_CHARACTERS,
        description="The serial of a charger.",
        examples=["garage-1"],
    ),
]
UidPath = Annotated[
    str,
    Path(
        pattern=_VISIBLE,
        max_length=3 * cards.LONGEST_UID,
        description="The uid of a card: 1 to 20 printable ASCII characters.",
        examples=["04A1B2C3"],
    ),
]
SessionPath = Annotated[
    int, Path(ge=1, le=LARGEST_TRANSACTION_ID, description="OCPP's transactionId.", examples=[17])
]
Charger = Annotated[
    str | None,
    Query(pattern=_VISIBLE, max_length=MOST_CHARACTERS, description="Only of the charger with this serial."),
]
CardQuery = Annotated[
    str | None,
    Query(pattern=_VISIBLE, max_length=cards.LONGEST_UID, description="Only of the card with this uid."),
]
From = Annotated[
    AwareDatetime | None,
    Query(
        alias="from", description="Only those that began then or later.", examples=["2026-11-01T00:00:00Z"]
    ),
]
To = Annotated[AwareDatetime | None, Query(description="Only those that began before.")]
Before = Annotated[
    int | None,
    Query(ge=0, le=LARGEST_ID, description="Only those before this id: `before` of the last answer."),
]
Offset = Annotated[
    int, Query(ge=0, le=1_000_000_000, description="Leave out so many: `offset` of the last answer.")
]


def zone_named(name: str) -> tzinfo:
    """InputError where this computer knows none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise InputError("zone: no such time zone: Europe/Berlin is one, and UTC") from None


def uid_of(text: str) -> str:
    """As the books have it; InputError."""
    try:
        return cards.uid(text)
    except ValueError as error:
        raise InputError(f"uid: {error}") from None


def session_not_found(number: int) -> HTTPException:
    return HTTPException(404, f"there is no session {number} in the books")
