# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Cards, and where each may charge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from chargerctl.central.books.cards import normal
from chargerctl.central.books.owner import Card
from chargerctl.central.books.storable import text
from chargerctl.central.books.tables import card_chargers, cards, chargers, refused_cards, transactions

_LAST_SESSIONS = 100


def all_cards(
    connection: Connection,
    id_tag: str | None = None,
    *,
    part: str = "",
    after: str | None = None,
    most: int | None = None,
) -> Iterator[Card]:
    """Every card, or the one of this idTag, in the order of their idTags. part: of the idTag or the name; after: the idTag
    of the last of the page before; most: at most so many."""
    places: dict[int, list[str]] = {}
    query: Any = select(card_chargers.c.card_id, chargers.c.serial).join(chargers).order_by(chargers.c.serial)
    for card, serial in connection.execute(query):
        places.setdefault(card, []).append(serial)
    query = select(cards).order_by(cards.c.id_tag).limit(most)
    if id_tag is not None:
        query = query.where(cards.c.id_tag == normal(id_tag))
    if part:
        query = query.where(
            or_(*(each.icontains(text(part), autoescape=True) for each in (cards.c.id_tag, cards.c.name)))
        )
    if after is not None:
        query = query.where(cards.c.id_tag > normal(after))
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


def last_unknown(connection: Connection, since: float, most: int = 1) -> list[Row[Any]]:
    """id_tag, serial, charger_name, at (it began) of the last sessions after `since` whose cards are accepted and not in the
    books; the newest first. Looks at the last sessions only."""
    last = select(transactions).order_by(transactions.c.id.desc()).limit(_LAST_SESSIONS).subquery()
    query = (
        select(
            last.c.id_tag,
            chargers.c.serial,
            chargers.c.name.label("charger_name"),
            last.c.start_received_at.label("at"),
        )
        .join(chargers, chargers.c.id == last.c.charger_id)
        .outerjoin(cards, cards.c.id_tag == last.c.id_tag)
        .where(last.c.status == "Accepted", last.c.start_received_at > since, cards.c.id.is_(None))
        .order_by(last.c.start_received_at.desc(), last.c.id)
        .limit(most)
    )
    return list(connection.execute(query))


def some_cards(connection: Connection, most: int = 200) -> list[Row[Any]]:
    """id_tag and name of the first ones, to choose from."""
    return list(connection.execute(select(cards.c.id_tag, cards.c.name).order_by(cards.c.id_tag).limit(most)))
