# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every point at which the power can fail while the script changes the store of the journal, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from chargerctl.simulator.machine.operations import PHASES

from tests.whole.journal import books, script
from tests.whole.journal.charger import Charger
from tests.whole.journal.stores import PowerCut, Stores


@dataclass(frozen=True)
class Point:
    """The power fails in this phase of the `number`th operation on the store `kind`, and, unless `again` is None, once more
    in the `again`th operation after it has returned. `aged`: the journal has been in use for some sessions; `seed`: what
    torn operations leave."""

    kind: str
    aged: bool
    number: int
    phase: str
    seed: int = 0
    again: int | None = None


@dataclass(frozen=True)
class Outcome:
    """`operation`: the name of what was cut; `mistakes`: in the books, in words."""

    operation: str
    mistakes: list[str]

    @property
    def lost(self) -> int:
        return sum(text.startswith("lost") for text in self.mistakes)


@cache
def _aged(kind: str) -> tuple[Any, int]:
    """The memories behind one run of the script, and how many operations the next one takes."""
    stores = Stores(kind)
    script.run(Charger(stores))
    snapshot = stores.snapshot()
    stores.close()
    return snapshot, _count(kind, snapshot)


@cache
def _fresh(kind: str) -> int:
    return _count(kind, None)


def _count(kind: str, snapshot: Any) -> int:
    stores = Stores(kind)
    if snapshot is not None:
        stores.restore(snapshot)
    charger = Charger(stores)
    script.run(charger)
    assert not books.mistakes(charger), "without a cut"
    stores.close()
    return stores.count


def operations(kind: str, aged: bool) -> int:
    """How many operations the script takes without a cut."""
    return _aged(kind)[1] if aged else _fresh(kind)


def every(kind: str, seeds: int = 1) -> Iterator[Point]:
    """All points of a store. What is torn differs by the seed, so `during` is tried with so many."""
    for aged in (False, True):
        for number in range(operations(kind, aged)):
            for phase in PHASES:
                for seed in range(seeds if phase == "during" else 1):
                    yield Point(kind, aged, number, phase, seed)


def outcome(point: Point) -> Outcome:
    """Run the script up to the point, cut the power, let it return, and judge the books once all is delivered."""
    stores = Stores(point.kind, point.seed)
    if point.aged:
        stores.restore(_aged(point.kind)[0])
    cut_in = ""

    def at(number: int, name: str, phase: str) -> None:
        nonlocal cut_in
        if number == point.number and phase == point.phase and not cut_in:
            cut_in = name
            stores.cut()

    stores.at = at
    charger = Charger(stores)
    with suppress(PowerCut):
        script.run(charger)
    assert cut_in, "the point was never reached"
    charger.end()
    if point.again is not None:
        _cut_again(charger, stores.count + point.again)
    script.recover(charger)
    stores.close()
    return Outcome(cut_in, books.mistakes(charger))


def _cut_again(charger: Charger, number: int) -> None:
    def at(now: int, name: str, phase: str) -> None:
        if now == number and phase == "during":
            charger.stores.cut()

    charger.stores.at = at
    with suppress(PowerCut):
        script.recover(charger)
    charger.end()
