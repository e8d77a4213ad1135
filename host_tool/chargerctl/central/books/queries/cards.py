# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Cards, and where each may charge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, select

from chargerctl.central.books.cards import normal
from chargerctl.central.books.owner import Card
from chargerctl.central.books.tables import card_chargers, cards, chargers, refused_cards


def all_cards(connection: Connection, id_tag: str | None = None) -> Iterator[Card]:
    """Every card, or the one of this idTag, in the order of their idTags."""
    places: dict[int, list[str]] = {}
    query: Any = select(card_chargers.c.card_id, chargers.c.serial).join(chargers).order_by(chargers.c.serial)
    for card, serial in connection.execute(query):
        places.setdefault(card, []).append(serial)
    query = select(cards).order_by(cards.c.id_tag)
    if id_tag is not None:
        query = query.where(cards.c.id_tag == normal(id_tag))
    for row in connection.execute(query):
        yield Card(
            id_tag=row.id_tag,
            name=row.name,
            parent=row.parent,
            valid_until=row.valid_until,
            blocked=row.blocked,
            chargers=None if row.everywhere else places.get(row.id, []),
        )


def last_refused(connection: Connection, since: float, most: int = 1) -> list[Row[Any]]:
    """id_tag, serial, charger_name, status, at of cards that are not in the books and were refused after `since`; the newest
    first. Of each charger the books remember a few (refused.py)."""
    query = (
        select(
            refused_cards.c.id_tag,
            chargers.c.serial,
            chargers.c.name.label("charger_name"),
            refused_cards.c.status,
            refused_cards.c.at,
        )
        .join(chargers)
        .outerjoin(cards, cards.c.id_tag == refused_cards.c.id_tag)
        .where(refused_cards.c.at > since, cards.c.id.is_(None))
        .order_by(refused_cards.c.at.desc(), refused_cards.c.id_tag)
        .limit(most)
    )
    return list(connection.execute(query))


def some_cards(connection: Connection, most: int = 200) -> list[Row[Any]]:
    """id_tag and name of the first ones, to choose from."""
    return list(connection.execute(select(cards.c.id_tag, cards.c.name).order_by(cards.c.id_tag).limit(most)))
