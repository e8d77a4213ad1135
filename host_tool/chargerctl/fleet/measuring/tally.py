# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The sums of what was measured: of one process, and of all, by merge()."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chargerctl.fleet.measuring.histogram import Histogram

_MOST_KINDS = 50
"""Of violations and error codes, which come from outside: more are counted together."""
OTHERS = "others"

COUNTS = (
    "frames_out",
    "frames_in",
    "accepted",
    "connects",
    "reconnects",
    "strange_answers",
    "sessions_begun",
    "sessions_ended",
    "refused_starts",
    "double",
    "lost",
    "energy_wh",
)


@dataclass
class Calls:
    """Of one action, in one direction: how long each answer took, how many calls had none, CALLERRORs by their code."""

    times: Histogram = field(default_factory=Histogram)
    unanswered: int = 0
    errors: Counter[str] = field(default_factory=Counter)

    def merge(self, other: Calls) -> None:
        self.times.merge(other.times)
        self.unanswered += other.unanswered
        self.errors.update(other.errors)

    def to_json(self) -> dict[str, Any]:
        return {"times": self.times.to_json(), "unanswered": self.unanswered, "errors": dict(self.errors)}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Calls:
        return cls(Histogram.from_json(given["times"]), given["unanswered"], Counter(given["errors"]))


@dataclass
class Tally:
    """states: chargers by what they are now. calls: of the chargers, called: of the central system, by action. late: the
    simulator's own delay. violations: of the schema by the central system, by what is wrong. troubles: why connections ended
    or did not come about. faults: of --chaos, customers: as in customers/.
    counts: COUNTS."""

    states: Counter[str] = field(default_factory=Counter)
    calls: dict[str, Calls] = field(default_factory=dict)
    called: dict[str, Calls] = field(default_factory=dict)
    late: Histogram = field(default_factory=Histogram)
    violations: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    customers: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)

    def call(self, action: str) -> Calls:
        return self.calls.setdefault(action, Calls())

    def calls_of_central(self, action: str) -> Calls:
        known = action in self.called or len(self.called) < _MOST_KINDS
        return self.called.setdefault(action if known else OTHERS, Calls())

    @property
    def answers(self) -> Histogram:
        """Of the chargers' calls, whatever their action."""
        result = Histogram()
        for each in self.calls.values():
            result.merge(each.times)
        return result

    @property
    def unanswered(self) -> int:
        return sum(each.unanswered for each in self.calls.values())

    @property
    def errors(self) -> int:
        """CALLERRORs of the central system."""
        return sum(each.errors.total() for each in self.calls.values())

    def merge(self, other: Tally) -> None:
        for mine, others in ((self.calls, other.calls), (self.called, other.called)):
            for action, calls in others.items():
                mine.setdefault(action, Calls()).merge(calls)
        self.late.merge(other.late)
        for name in ("states", "violations", "troubles", "customers", "faults", "counts"):
            getattr(self, name).update(getattr(other, name))

    def to_json(self) -> dict[str, Any]:
        return {
            "states": dict(self.states),
            "calls": {action: each.to_json() for action, each in sorted(self.calls.items())},
            "called": {action: each.to_json() for action, each in sorted(self.called.items())},
            "late": self.late.to_json(),
            "violations": dict(self.violations),
            "troubles": dict(self.troubles),
            "customers": dict(self.customers),
            "faults": dict(self.faults),
            "counts": {name: self.counts[name] for name in COUNTS},
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Tally:
        return cls(
            Counter(given["states"]),
            {action: Calls.from_json(each) for action, each in given["calls"].items()},
            {action: Calls.from_json(each) for action, each in given["called"].items()},
            Histogram.from_json(given["late"]),
            Counter(given["violations"]),
            Counter(given["troubles"]),
            Counter(given["customers"]),
            Counter(given["faults"]),
            Counter(given["counts"]),
        )


def merged(tallies: Iterable[Tally]) -> Tally:
    result = Tally()
    for each in tallies:
        result.merge(each)
    return result


def count_kind(counter: Counter[str], kind: str) -> None:
    """kind comes from outside: there are never many of them."""
    counter[kind if kind in counter or len(counter) < _MOST_KINDS else OTHERS] += 1
