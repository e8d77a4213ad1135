# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A card of the books as cells of a table and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chargerctl.cli.quantities import local_time
from chargerctl.times import utc

if TYPE_CHECKING:
    from chargerctl.central.books.owner import Card

TITLES = ("card", "name", "parent", "valid until", "state", "chargers")


def cells(card: Card, now: float) -> list[str]:
    """One for each of TITLES."""
    return [
        card.id_tag,
        card.name,
        card.parent,
        local_time(card.valid_until),
        state(card, now),
        "all" if card.chargers is None else " ".join(card.chargers) or "none",
    ]


def state(card: Card, now: float) -> str:
    """In OCPP's words."""
    if card.blocked:
        return "Blocked"
    return "Expired" if card.valid_until is not None and card.valid_until <= now else "Accepted"


def as_json(card: Card, now: float) -> dict[str, Any]:
    """chargers: null for all of them."""
    return {
        "uid": card.id_tag,
        "name": card.name,
        "parent": card.parent or None,
        "valid_until": utc(card.valid_until),
        "blocked": card.blocked,
        "state": state(card, now),
        "chargers": None if card.chargers is None else list(card.chargers),
    }
