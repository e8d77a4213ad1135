# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Cards that were held to a charger and are not in the books: the page offers to add them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from chargerctl.central.books.cards import is_id_tag
from chargerctl.central.books.queries.cards import last_refused, last_unknown

MOST = 3
# What was refused yesterday is nobody's new card.
_FOR_S = 3600.0


@dataclass(frozen=True)
class Offer:
    """accepted: it could charge, for unknown cards are accepted. at: Unix time."""

    id_tag: str
    serial: str
    charger_name: str
    at: float
    accepted: bool

    @property
    def key(self) -> str:
        """The id of its element: the idTag, which may be any printable ASCII, without blanks."""
        return f"offer-{self.id_tag.encode().hex()}"


def offers(connection: Connection, now: float) -> list[Offer]:
    """The newest first, each card once."""
    since = now - _FOR_S
    refused = [(row, False) for row in last_refused(connection, since, MOST)]
    accepted = [(row, True) for row in last_unknown(connection, since, MOST) if is_id_tag(row.id_tag)]
    found: dict[str, Offer] = {}
    for row, is_accepted in sorted(refused + accepted, key=lambda each: each[0].at, reverse=True):
        offer = Offer(row.id_tag, row.serial, row.charger_name, row.at, is_accepted)
        found.setdefault(offer.id_tag, offer)
    return list(found.values())[:MOST]
