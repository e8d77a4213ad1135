# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What was searched for: from the address of the page to a Filter, and back into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, get_args
from urllib.parse import urlencode

from sqlalchemy import Connection, exists, select

from chargerctl.central.books.cards import normal
from chargerctl.central.books.queries.sessions import Filter, State
from chargerctl.central.books.tables import cards, chargers, transactions
from chargerctl.central.days import midnight
from chargerctl.errors import InputError
from chargerctl.serials import is_serial
from chargerctl.visible import visible_text

FIELDS = ("charger", "card", "from", "to", "state")
# What a viewer sees who searches for nothing.
_DAYS = 30
_LONGEST = 100
_LARGEST_YEAR = 2200


@dataclass(frozen=True)
class Search:
    """charger, card: a part of the serial or uid, or of the name; "" for any. begin, end: days, the end included."""

    charger: str = ""
    card: str = ""
    begin: date | None = None
    end: date | None = None
    state: State | None = None

    @property
    def words(self) -> dict[str, str]:
        """As they are in an address and in the fields of the form."""
        return {
            "charger": self.charger,
            "card": self.card,
            "from": self.begin.isoformat() if self.begin else "",
            "to": self.end.isoformat() if self.end else "",
            "state": self.state or "",
        }

    @property
    def without_days(self) -> Search:
        """The same at any time."""
        return replace(self, begin=None, end=None)

    @property
    def address(self) -> str:
        """The part of an address after the question mark; with all fields, for without any it is the last days."""
        return urlencode(self.words)

    @property
    def file_name(self) -> str:
        """For a download, without its ending: nothing that somebody else has chosen is in it."""
        begin = f"-from-{self.begin}" if self.begin else ""
        end = f"-to-{self.end}" if self.end else ""
        return f"sessions{begin}{end}"


def search_of(given: Mapping[str, str], today: date) -> Search:
    """What an address asks for; nothing: the last 30 days. InputError."""
    if not any(name in given for name in FIELDS):
        return Search(begin=today - timedelta(days=_DAYS - 1))
    charger, card, state = (given.get(name, "").strip() for name in ("charger", "card", "state"))
    for name, text in (("charger", charger), ("card", card)):
        if len(text) > _LONGEST:
            raise InputError(f"{name}: at most {_LONGEST} characters can be searched for")
    begin, end = _day("from", given.get("from", "")), _day("to", given.get("to", ""))
    if begin and end and end < begin:
        raise InputError("the first day is after the last: no session can fit")
    known: tuple[State, ...] = get_args(State)
    if state and state not in known:
        raise InputError(f"state: {visible_text(state[:20])} is none of {', '.join(known)}")
    return Search(charger, card, begin, end, next((each for each in known if each == state), None))


def typed(given: Mapping[str, str]) -> dict[str, str]:
    """The fields as they were filled in, whatever that is."""
    return {name: given.get(name, "")[:_LONGEST] for name in FIELDS}


def filter_of(connection: Connection, search: Search, zone: tzinfo) -> Filter:
    """A text that is a serial or a card of the books stands for it alone."""
    is_charger = is_serial(search.charger) and _there(connection, chargers.c.serial, search.charger)
    uid = normal(search.card)
    is_card = bool(uid) and any(
        _there(connection, column, uid) for column in (cards.c.id_tag, transactions.c.id_tag)
    )
    return Filter(
        serial=search.charger if is_charger else None,
        charger=search.charger or None if not is_charger else None,
        id_tag=uid if is_card else None,
        card=search.card or None if not is_card else None,
        begin=midnight(search.begin, zone) if search.begin else None,
        end=midnight(search.end + timedelta(days=1), zone) if search.end else None,
        state=search.state,
    )


def today(now: float, zone: tzinfo) -> date:
    return datetime.fromtimestamp(now, zone).date()


def _day(name: str, text: str) -> date | None:
    text = text.strip()
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{name}: {visible_text(text[:20])} is not a day: write 2026-11-30") from None
    if not 1970 < found.year < _LARGEST_YEAR:
        raise InputError(f"{name}: there are no sessions in {found.year}")
    return found


def _there(connection: Connection, column: Any, value: str) -> bool:
    return bool(connection.execute(select(exists().where(column == value))).scalar_one())
