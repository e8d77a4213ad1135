# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Energy by card and month as a table: for each month its cards and their sum. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from chargerctl.central.books.queries.energy import By, Energy

BY: tuple[By, ...] = ("month", "card")
MOST = 1000
"""Lines: a longer table is for a spreadsheet."""


@dataclass
class Month:
    """key: YYYY-MM; cards: those that are shown, the one with the most energy first."""

    key: str
    sessions: int = 0
    energy_wh: int = 0
    cards: list[Energy] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{date.fromisoformat(f'{self.key}-01'):%B %Y}"


def months(sums: Iterable[Energy]) -> tuple[Sequence[Month], int]:
    """sums: of energy() by BY. The newest month first, with at most MOST lines; and how many are left out."""
    found: dict[str, Month] = {}
    for each in sums:
        month = found.setdefault(each.key[0], Month(each.key[0]))
        month.sessions += each.sessions
        month.energy_wh += each.energy_wh
        month.cards.append(each)
    newest = sorted(found.values(), key=lambda month: month.key, reverse=True)
    room = MOST
    left_out = 0
    for month in newest:
        month.cards.sort(key=lambda each: -each.energy_wh)
        left_out += max(0, len(month.cards) - room)
        del month.cards[room:]
        room -= len(month.cards)
    return newest, left_out
