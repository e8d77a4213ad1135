# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chargerctl.central.views.described import Described
from chargerctl.times import utc

if TYPE_CHECKING:
    from chargerctl.central.books.owner import Card as InBooks

State = Literal["Accepted", "Blocked", "Expired"]


@dataclass(frozen=True)
class Card(Described):
    """A card in the books."""

    uid: str
    """What a charger sends as idTag, in upper case."""
    name: str
    parent: str | None
    """Cards of one parent may end each other's sessions (OCPP's parentIdTag)."""
    valid_until: str | None
    """Null: for ever."""
    blocked: bool
    state: State
    """What a charger would be told now, at which it may charge."""
    chargers: list[str] | None
    """The serials of those at which it may charge; null: all of them."""


def state(found: InBooks, now: float) -> State:
    """In OCPP's words."""
    if found.blocked:
        return "Blocked"
    return "Expired" if found.valid_until is not None and found.valid_until <= now else "Accepted"


def card(found: InBooks, now: float) -> Card:
    return Card(
        uid=found.id_tag,
        name=found.name,
        parent=found.parent or None,
        valid_until=utc(found.valid_until),
        blocked=found.blocked,
        state=state(found, now),
        chargers=None if found.chargers is None else list(found.chargers),
    )
