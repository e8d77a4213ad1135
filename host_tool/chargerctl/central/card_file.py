# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The CSV file of `central cards import` and `export`: uid, name, parent, valid_until, blocked, chargers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from chargerctl.central import cards
from chargerctl.central.books.owner import Card
from chargerctl.central.csv_file import Row, csv_lines, read_rows
from chargerctl.likeness import did_you_mean, nearest
from chargerctl.settings.problems import Place, Problem, SettingsError
from chargerctl.times import utc
from chargerctl.visible import visible

COLUMNS = ("uid", "name", "parent", "valid_until", "blocked", "chargers")
MOST = 100_000
_STEP = 500
_NO_CHARGER = "the books have no charger of that serial; serials are separated by |"


def read_cards(
    data: bytes,
    label: str,
    known_chargers: Collection[str],
    at: Callable[[int, int], object] = lambda done, total: None,
) -> list[Card]:
    """SettingsError with every wrong line. label: the file in messages; known_chargers: those that a card may name; at: gets
    how many lines are checked, and of how many."""
    rows, problems = read_rows(data, label, COLUMNS, ["uid"])
    if len(rows) > MOST:
        problems.append(
            Problem(Place(label, rows[MOST].line), f"is one card too many: at most {MOST} at once")
        )
    found: list[Card] = []
    lines: dict[str, int] = {}
    for done, row in enumerate(rows[:MOST]):
        if done % _STEP == 0:
            at(done, len(rows))
        reader = _Line(row, Place(label, row.line), problems)
        card = reader.card(known_chargers)
        if card is None:
            continue
        first = lines.setdefault(card.id_tag, row.line)
        if first != row.line:
            reader.complain("uid", f"{card.id_tag} is already in line {first}")
        found.append(card)
    if problems:
        raise SettingsError(sorted(problems, key=lambda problem: problem.order), label)
    return found


class _Line:
    def __init__(self, row: Row, place: Place, problems: list[Problem]) -> None:
        self._row = row
        self._place = place
        self._problems = problems
        self._wrong = False

    def complain(self, column: str, message: str) -> None:
        self._wrong = True
        self._problems.append(Problem(self._place, f"{column}: {message}"))

    def card(self, known_chargers: Collection[str]) -> Card | None:
        """None where something is wrong with it."""
        uid = self._read("uid", cards.uid)
        name = self._read("name", cards.name)
        parent = self._read("parent", lambda text: cards.uid(text) if text.strip() else "")
        until = self._read("valid_until", cards.valid_until)
        blocked = self._read("blocked", cards.blocked)
        at = self._read("chargers", cards.chargers)
        for serial in at or ():
            if serial not in known_chargers:
                hint = did_you_mean(nearest(serial, known_chargers), _NO_CHARGER)
                self.complain("chargers", f"{visible(serial[:48])}: {hint}")
        return None if self._wrong else Card(uid, name, parent, until, blocked, at)

    def _read(self, column: str, reader: Callable[[str], Any]) -> Any:
        try:
            return reader(self._row.cells[column])
        except ValueError as error:
            self.complain(column, str(error))


def card_lines(found: Iterable[Card]) -> Iterable[str]:
    """The file, line by line; reading it gives the same cards."""
    return csv_lines(COLUMNS, map(_cells, found))


def _cells(card: Card) -> list[str]:
    return [
        card.id_tag,
        card.name,
        card.parent,
        utc(card.valid_until) or "",
        "yes" if card.blocked else "no",
        "" if card.chargers is None else "|".join(card.chargers) or cards.NOWHERE,
    ]
