# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the owner of the books changes: chargers and cards. Each function takes a connection of `writing()`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from chargerctl.central.accounts import Account
from chargerctl.central.books import storable, transactions
from chargerctl.central.books.cards import is_id_tag, normal
from chargerctl.central.books.tables import card_chargers, cards, chargers
from chargerctl.central.passwords import hash_password
from chargerctl.errors import InputError, NotFoundError
from chargerctl.likeness import did_you_mean
from chargerctl.serials import is_serial, why_no_serial

_NO_CHARGERS = delete(card_chargers).where(card_chargers.c.card_id == bindparam("number"))


@dataclass(frozen=True)
class Card:
    """A card as its owner describes it. valid_until: Unix time; chargers: serials, None: every charger."""

    id_tag: str
    name: str = ""
    parent: str = ""
    valid_until: float | None = None
    blocked: bool = False
    chargers: Sequence[str] | None = None


def add_charger(
    connection: Connection, serial: str, now: float, *, name: str | None = None, password: bytes | None = None
) -> None:
    """Enter a charger as known and allowed. One that is in the books keeps what is not given. InputError: no serial."""
    if not is_serial(serial):
        raise InputError(why_no_serial(serial))
    values: dict[str, Any] = {"known": True, "allowed": True}
    if name is not None:
        values["name"] = storable.text(name)
    if password is not None:
        values["password_hash"] = hash_password(password)
    here = chargers.c.serial == serial
    if connection.execute(update(chargers).where(here).values(values)).rowcount == 0:
        connection.execute(insert(chargers).values(serial=serial, first_seen=now, **values))


def find_account(connection: Connection, serial: str) -> Account | None:
    """Of a charger that is known, allowed or not; None: it is not."""
    query = select(chargers.c.password_hash).where(chargers.c.serial == serial, chargers.c.known)
    row = connection.execute(query).one_or_none()
    return Account(serial, row.password_hash or "") if row else None


def change_charger(connection: Connection, serial: str, **values: Any) -> None:
    """Set name, known, allowed or password_hash of a charger in the books. InputError: it is not there."""
    if connection.execute(update(chargers).where(chargers.c.serial == serial).values(values)).rowcount == 0:
        raise not_known(serial)


def set_password(connection: Connection, serial: str, password: bytes | None) -> None:
    """Only its hash is kept. None: it has none any more. InputError: the charger is not in the books."""
    change_charger(connection, serial, password_hash=None if password is None else hash_password(password))


def remove_charger(connection: Connection, serial: str) -> None:
    """It is unknown from now on, and has no password. What it charged stays in the books. InputError."""
    change_charger(connection, serial, known=False, allowed=True, password_hash=None, name="")


def accounts(connection: Connection) -> list[Account]:
    """Of every charger that is known and allowed."""
    query = (
        select(chargers.c.serial, chargers.c.password_hash)
        .where(chargers.c.known, chargers.c.allowed)
        .order_by(chargers.c.serial)
    )
    return [Account(serial, kept or "") for serial, kept in connection.execute(query)]


def put_cards(connection: Connection, wanted: Iterable[Card], now: float) -> tuple[int, int]:
    """Enter cards, or replace those that are there; how many are new, and how many were replaced.

    InputError, naming the card: no idTag (OCPP 1.6, 7.28), named twice, or at a charger that is not in the books. Nothing of
    them is kept then, for the unit is undone.
    """
    given = {normal(each.id_tag): each for each in _checked(wanted)}
    there = {tag: number for number, tag in connection.execute(select(cards.c.id, cards.c.id_tag))}
    places = {
        serial: number for number, serial in connection.execute(select(chargers.c.id, chargers.c.serial))
    }
    old = [_row(card) | {"number": there[tag]} for tag, card in given.items() if tag in there]
    fresh = [_row(card) | {"added_at": now} for tag, card in given.items() if tag not in there]
    if old:
        connection.execute(update(cards).where(cards.c.id == bindparam("number")), old)
        connection.execute(_NO_CHARGERS, [{"number": each["number"]} for each in old])
    if fresh:
        connection.execute(insert(cards), fresh)
        there = {tag: number for number, tag in connection.execute(select(cards.c.id, cards.c.id_tag))}
    allowed = [
        {"card_id": there[tag], "charger_id": _place(places, serial, card)}
        for tag, card in given.items()
        for serial in dict.fromkeys(card.chargers or ())
    ]
    if allowed:
        connection.execute(insert(card_chargers), allowed)
    return len(fresh), len(old)


def remove_card(connection: Connection, id_tag: str) -> None:
    """It is unknown from now on; its sessions stay. InputError: it is not in the books."""
    if connection.execute(delete(cards).where(cards.c.id_tag == normal(id_tag))).rowcount == 0:
        raise NotFoundError(f"there is no card {storable.text(id_tag)!r} in the books", card=id_tag)


def close_session(connection: Connection, number: int, now: float) -> None:
    """It does not run any more, for its stop will not come; if it does, it counts. InputError: no such session runs."""
    if not transactions.close(connection, number, now):
        raise NotFoundError(f"no session {number} runs", session=number)


def not_known(serial: str, near: str | None = None) -> NotFoundError:
    """The error for a charger that is not in the books. near: the one that was probably meant."""
    hint = did_you_mean(near, "`chargerctl central chargers` lists them")
    return NotFoundError(
        f"there is no charger {storable.text(serial)[:48]!r} in the books: {hint}", charger=serial
    )


def _checked(wanted: Iterable[Card]) -> Iterable[Card]:
    seen = set()
    for card in wanted:
        for tag in (card.id_tag, card.parent or "-"):
            if not is_id_tag(tag):
                raise InputError(
                    f"{storable.text(tag)[:40]!r} cannot be a card: an idTag has 1 to 20 printable ASCII characters"
                )
        if normal(card.id_tag) in seen:
            raise InputError(f"card {card.id_tag!r} is there twice")
        seen.add(normal(card.id_tag))
        yield card


def _row(card: Card) -> dict[str, Any]:
    return {
        "id_tag": normal(card.id_tag),
        "name": storable.text(card.name),
        "parent": normal(card.parent),
        "valid_until": card.valid_until,
        "blocked": card.blocked,
        "everywhere": card.chargers is None,
    }


def _place(places: dict[str, int], serial: str, card: Card) -> int:
    if serial not in places:
        raise InputError(f"card {card.id_tag!r}: {not_known(serial).message}")
    return places[serial]
