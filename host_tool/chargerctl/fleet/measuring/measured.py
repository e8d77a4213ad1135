# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""All that one process, or all of a fleet, have measured so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from chargerctl.fleet.measuring.failures import Failure, together
from chargerctl.fleet.measuring.series import Series
from chargerctl.fleet.measuring.tally import Tally


@dataclass
class Measured:
    """What one process, or all, have measured. fleet_s: how much time has passed for the chargers; wall_s, cpu_s: for this
    computer. stood_still_s: how long this computer kept the process from running, which is in no time of an answer and in no
    delay. stopped: before its end. failures: what was expected and did not hold."""

    tally: Tally
    series: Series
    fleet_s: float = 0.0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    stood_still_s: float = 0.0
    stopped: bool = False
    failures: list[Failure] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        sums = {"tally": self.tally.to_json(), "series": self.series.to_json()}
        return {**vars(self), **sums, "failures": [asdict(each) for each in self.failures]}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Measured:
        tally, series = Tally.from_json(given["tally"]), Series.from_json(given["series"])
        failures = [Failure(**{**each, "serials": tuple(each["serials"])}) for each in given["failures"]]
        return cls(**{**given, "tally": tally, "series": series, "failures": failures})

    def merge(self, other: Measured) -> None:
        self.tally.merge(other.tally)
        self.series.merge(other.series)
        self.fleet_s = max(self.fleet_s, other.fleet_s)
        self.wall_s = max(self.wall_s, other.wall_s)
        self.cpu_s += other.cpu_s
        self.stood_still_s = max(self.stood_still_s, other.stood_still_s)
        self.stopped = self.stopped or other.stopped
        self.failures = together([*self.failures, *other.failures])
