# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A card as the form of the page describes it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import TypeVar

from chargerctl.central import cards
from chargerctl.central.books.owner import Card
from chargerctl.central.days import midnight
from chargerctl.errors import InputError
from chargerctl.visible import visible_text

Read = TypeVar("Read")

_YEARS = range(1971, 2200)


def card_of(
    uid: str,
    name: str,
    parent: str,
    until: str,
    places: Sequence[str] | None,
    known_chargers: Collection[str],
    zone: tzinfo,
    old: Card | None = None,
) -> Card:
    """InputError with the field that is wrong. until: a day, to its end in the viewer's zone; places: serials, None for all
    chargers; old: the card that it changes: it stays blocked, and valid to the same second if the day is the same."""
    for serial in places or ():
        if serial not in known_chargers:
            raise InputError(f"chargers: the books have no charger {visible_text(serial[:48])}")
    return Card(
        id_tag=_read("number", cards.uid, uid),
        name=_read("name", cards.name, name),
        parent=_read("group", cards.uid, parent) if parent.strip() else "",
        valid_until=_until(until, zone, old),
        blocked=old is not None and old.blocked,
        chargers=None if places is None else tuple(dict.fromkeys(places)),
    )


def day_of(moment: float | None, zone: tzinfo) -> str:
    """The day in which a card ends to be valid, as the form shows it."""
    return "" if moment is None else datetime.fromtimestamp(moment, zone).date().isoformat()


def _until(text: str, zone: tzinfo, old: Card | None) -> float | None:
    text = text.strip()
    if not text:
        return None
    if old is not None and text == day_of(old.valid_until, zone):
        return old.valid_until
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError(f"valid until: {visible_text(text[:20])} is not a day: write 2027-12-31") from None
    if day.year not in _YEARS:
        raise InputError(f"valid until: {day.year} is not a year of a card")
    return midnight(day + timedelta(days=1), zone) - 1


def _read(field: str, reader: Callable[[str], Read], text: str) -> Read:
    try:
        return reader(text)
    except ValueError as error:
        raise InputError(f"the {field} {error}") from None
