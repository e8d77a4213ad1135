# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What was measured over the fleet's time: in slots of equal width, of which there are never many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chargerctl.fleet.measuring.histogram import Histogram

MOST = 240
_US = 1_000_000


@dataclass
class Slot:
    """frames each way; how long the answers that came in it took; the chargers by state at its end."""

    frames_out: int = 0
    frames_in: int = 0
    times: Histogram = field(default_factory=Histogram)
    states: Counter[str] = field(default_factory=Counter)


class Series:
    """width_us: of a slot. Where the duration is not known before, it doubles whenever there are too many.

    After close() nothing is added."""

    def __init__(self, duration_s: float | None) -> None:
        self.width_us = max(int((duration_s or 0) * _US / MOST), _US)
        self.slots: dict[int, Slot] = {}
        self._closed = False

    def close(self, now_us: int, states: Counter[str]) -> None:
        """The end, with what the chargers are then. What the chargers still deliver is not part of it."""
        self.states(max(now_us - 1, 0), states)
        self._closed = True

    def frame(self, now_us: int, out: bool) -> None:
        if self._closed:
            return
        slot = self._slot(now_us)
        if out:
            slot.frames_out += 1
        else:
            slot.frames_in += 1

    def answer(self, now_us: int, us: int) -> None:
        """An answer came after so long."""
        if not self._closed:
            self._slot(now_us).times.add(us)

    def states(self, now_us: int, states: Counter[str]) -> None:
        """What the chargers are just now."""
        if not self._closed:
            self._slot(now_us).states = Counter(states)

    def _slot(self, now_us: int) -> Slot:
        number = now_us // self.width_us
        while number >= MOST * 2:
            self._coarsen()
            number = now_us // self.width_us
        slot = self.slots.get(number)
        if slot is None:
            slot = self.slots[number] = Slot()
        return slot

    def _coarsen(self) -> None:
        before, self.slots = self.slots, {}
        self.width_us *= 2
        for number, slot in sorted(before.items()):
            self._join(number // 2, slot)
            self.slots[number // 2].states = slot.states

    def _join(self, number: int, slot: Slot) -> Slot:
        mine = self.slots.setdefault(number, Slot())
        mine.frames_out += slot.frames_out
        mine.frames_in += slot.frames_in
        mine.times.merge(slot.times)
        return mine

    def merge(self, other: Series) -> None:
        """other: of another process of the same fleet, which is used up."""
        while other.width_us < self.width_us:
            other._coarsen()
        while self.width_us < other.width_us:
            self._coarsen()
        for number, slot in other.slots.items():
            self._join(number, slot).states.update(slot.states)

    def to_json(self) -> dict[str, Any]:
        return {
            "width_us": self.width_us,
            "slots": [
                {
                    "slot": number,
                    "frames_out": slot.frames_out,
                    "frames_in": slot.frames_in,
                    "times": slot.times.to_json(),
                    "states": dict(slot.states),
                }
                for number, slot in sorted(self.slots.items())
            ],
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Series:
        result = cls(None)
        result.width_us = given["width_us"]
        for each in given["slots"]:
            result.slots[each["slot"]] = Slot(
                each["frames_out"],
                each["frames_in"],
                Histogram.from_json(each["times"]),
                Counter(each["states"]),
            )
        return result
