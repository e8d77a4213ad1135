# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How long a power cut can cost something that was kept already, measured on the operations of the script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from charger import records
from chargerctl.simulator.machine.operations import DURING

from tests.whole.journal import script
from tests.whole.journal.charger import Charger
from tests.whole.journal.stores import Stores


@dataclass(frozen=True)
class Window:
    """The longest time in which a cut loses something, by the costs of the simulator's table, and how many there were in
    the script. `costs`: what may be lost: "facts", "messages", "transaction"."""

    ms: float
    count: int
    costs: tuple[str, ...]

    def __str__(self) -> str:
        if not self.count:
            return "none"
        return f"{self.ms:.0f} ms, {self.count} times in the script: {', '.join(self.costs)}"


NONE = Window(0, 0, ())


def measured(kind: str) -> Window:
    """In every phase of every operation, what a start would find is compared with what is there before and later."""
    found: list[_Found] = []
    stores = Stores(kind)
    charger = Charger(stores)
    # Once before, so that there is something that a rewriting may lose.
    script.run(charger)
    charger.end()
    starts = _Starts(stores)
    stores.at = lambda number, name, phase: found.append(
        _Found(stores.clock.now_us, phase == DURING, starts.kept())
    )
    script.run(charger)
    stores.close()
    return _window(found)


@dataclass(frozen=True)
class _Found:
    """What a start would find at that time; `torn`: in the middle of an operation, where older things may show again."""

    us: int
    torn: bool
    kept: set[Any]


class _Starts:
    """What a start would find in `stores`, at any time."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._seen: Any = None
        self._kept: set[Any] = set()

    def kept(self) -> set[Any]:
        seen = self._stores.snapshot()
        # Between two operations nothing changes.
        if seen != self._seen:
            self._seen = seen
            self._kept = _kept(self._stores.kind, seen)
        return self._kept


def _kept(kind: str, snapshot: Any) -> set[Any]:
    copy = Stores(kind)
    try:
        copy.restore(snapshot)
        content = copy.content()
    finally:
        copy.close()
    kept: set[Any] = {("facts", fact) for fact in content.facts}
    kept |= {("messages", records.number_of(item)) for item in content.queue}
    if content.running is not None:
        kept.add(("transaction", content.running.session))
    return kept


def _window(found: list[_Found]) -> Window:
    """What was there, is not, and is there again would not have come back after a cut: no number is given twice."""
    later: list[set[Any]] = [set()]
    for each in reversed(found):
        later.append(later[-1] if each.torn else later[-1] | each.kept)
    later.reverse()
    before: set[Any] = set()
    costs: set[str] = set()
    whole_us = longest_us = count = 0
    inside = False
    for each, coming in zip(found, later[1:], strict=True):
        missing = (before & coming) - each.kept
        if missing:
            costs |= {what for what, _ in missing}
            count += not inside
        else:
            if inside:
                longest_us = max(longest_us, each.us - whole_us)
            whole_us = each.us
        inside = bool(missing)
        if not each.torn:
            before |= each.kept
    return Window(longest_us / 1000, count, tuple(sorted(costs)))
