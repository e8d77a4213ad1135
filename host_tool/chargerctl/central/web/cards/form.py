# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A card as the form of the page describes it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated, TypeVar

from fastapi import Form

from chargerctl.central import cards
from chargerctl.central.books.owner import Card
from chargerctl.central.days import midnight
from chargerctl.errors import InputError
from chargerctl.visible import visible_text

Read = TypeVar("Read")

_YEARS = range(1971, 2200)


@dataclass(frozen=True)
class Filled:
    """The form as it came. until: a day; where: "some" for those of `charger` only, else every charger."""

    uid: Annotated[str, Form()] = ""
    name: Annotated[str, Form()] = ""
    parent: Annotated[str, Form()] = ""
    until: Annotated[str, Form()] = ""
    where: Annotated[str, Form()] = ""
    charger: Annotated[list[str] | None, Form()] = None

    @property
    def places(self) -> list[str] | None:
        """Serials; None: all chargers. One that is typed may be left empty."""
        if self.where != "some":
            return None
        return [each.strip() for each in self.charger or () if each.strip()]


def card_of(filled: Filled, known_chargers: Collection[str], zone: tzinfo, old: Card | None = None) -> Card:
    """InputError with the field that is wrong. A card is valid to the end of its day in the viewer's zone. old: the card
    that it changes: it stays blocked, and valid to the same second if the day is the same."""
    places = filled.places
    for serial in places or ():
        if serial not in known_chargers:
            raise InputError(f"chargers: the books have no charger {visible_text(serial[:48])}")
    return Card(
        id_tag=_read("number", cards.uid, filled.uid),
        name=_read("name", cards.name, filled.name),
        parent=_read("group", cards.uid, filled.parent) if filled.parent.strip() else "",
        valid_until=_until(filled.until, zone, old),
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
