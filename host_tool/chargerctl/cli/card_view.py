# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A card of the books as cells of a table and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargerctl.central.views.card import state
from chargerctl.cli.quantities import local_time

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
