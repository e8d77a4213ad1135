# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What was expected and did not hold: once, with the number of the chargers and the first of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MOST_FAILURES = 100
_SHOWN = 3


@dataclass(frozen=True)
class Failure:
    """where: what is the same for all its chargers, such as FILE:LINE. why: with `where`, as the first of them says it.
    chargers: how many; 0: it is of none. serials: the first of them, where they are known."""

    where: str
    why: str
    chargers: int = 0
    serials: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        if not self.chargers:
            return self.why
        if self.chargers == len(self.serials) == 1:
            return f"{self.serials[0]}: {self.why}"
        more = ", …" if self.chargers > len(self.serials) else ""
        which = f" ({', '.join(self.serials)}{more})" if self.serials else ""
        return f"{self.chargers:,} charger{'' if self.chargers == 1 else 's'}: {self.why}{which}"


def together(failures: Iterable[Failure]) -> list[Failure]:
    """One for each `where`, in their order, MOST_FAILURES at most."""
    found: dict[str, Failure] = {}
    for each in failures:
        before = found.get(each.where)
        found[each.where] = each if before is None else _both(before, each)
    return sorted(found.values(), key=lambda each: each.where)[:MOST_FAILURES]


def _both(one: Failure, other: Failure) -> Failure:
    first = min(one, other, key=lambda each: each.serials[:1])
    serials = tuple(sorted({*one.serials, *other.serials})[:_SHOWN])
    return Failure(one.where, first.why, one.chargers + other.chargers, serials)
