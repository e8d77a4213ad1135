# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What many episodes add up to: coverage, worst figures, violations."""

from __future__ import annotations

from collections import Counter
from typing import Any

from chargerctl.simulator.chaos import phases
from chargerctl.simulator.chaos.carry_out import Verdict
from chargerctl.simulator.chaos.core_profile import CORE
from chargerctl.simulator.chaos.ingredients import INGREDIENTS
from chargerctl.simulator.chaos.stories import STORIES

# Beside the ingredients of the table: what customers do, and episodes of their own.
_OTHERS = ("unplug", "offline_sessions", "idle", *(tell.__name__ for tell in STORIES))


class Tally:
    """`violations`: (seed, text), in the order of the seeds."""

    def __init__(self) -> None:
        self.episodes = 0
        self.board_s = 0.0
        # Of each episode, with its seed.
        self.cpu_s: list[tuple[float, int]] = []
        self.closings = 0
        self.next_not_tried = 0
        self.ingredients: Counter[str] = Counter(dict.fromkeys((*INGREDIENTS, *CORE, *_OTHERS), 0))
        self.unplugs: Counter[str] = Counter(dict.fromkeys(phases.NAMES, 0))
        self.unplugs_charging: Counter[str] = Counter()
        self.resets: Counter[str] = Counter()
        # By why the relay had to open and what blocked meanwhile: (milliseconds, bound, seed).
        self.worst: dict[str, tuple[float, float, int]] = {}
        self.violations: list[tuple[int, str]] = []

    def add(self, verdict: Verdict) -> None:
        self.episodes += 1
        self.board_s += verdict.board_s
        self.cpu_s.append((verdict.cpu_s, verdict.seed))
        self.closings += verdict.closings
        self.next_not_tried += verdict.next_not_tried
        self.ingredients.update(verdict.ingredients)
        self.unplugs.update(verdict.unplugs)
        self.unplugs_charging.update(verdict.unplugs_charging)
        self.resets.update(verdict.resets)
        for kind, (ms, bound_ms) in verdict.worst_ms.items():
            self.worst[kind] = max(self.worst.get(kind, (0.0, 0.0, 0)), (ms, bound_ms, verdict.seed))
        self.violations += [(verdict.seed, text) for text in verdict.violations]

    @property
    def never(self) -> list[str]:
        """Ingredients that did not occur, and phases without an unplug."""
        return [name for name, count in (*self.ingredients.items(), *self.unplugs.items()) if not count]

    @property
    def mean_cpu_s(self) -> float:
        return sum(cpu_s for cpu_s, _ in self.cpu_s) / max(1, self.episodes)

    @property
    def _cpu(self) -> dict[str, float]:
        """Seconds of one core for an episode. `p95`: 95 of 100 take no longer."""
        in_order = sorted(self.cpu_s) or [(0.0, 0)]
        longest_s, seed = in_order[-1]
        most_s = in_order[(len(in_order) - 1) * 95 // 100][0]
        return {
            "mean": round(self.mean_cpu_s, 3),
            "p95": round(most_s, 3),
            "longest": round(longest_s, 3),
            "seed": seed,
        }

    def as_json(self) -> dict[str, Any]:
        return {
            "episodes": self.episodes,
            "board_s": round(self.board_s),
            "cpu_s": self._cpu,
            "closings": self.closings,
            "next_customer_not_tried": self.next_not_tried,
            "violations": [{"seed": seed, "text": text} for seed, text in self.violations],
            "ingredients": dict(self.ingredients),
            "unplugs": dict(self.unplugs),
            "unplugs_charging": dict(self.unplugs_charging),
            "resets": dict(self.resets),
            "worst_ms": {
                kind: {"ms": round(ms, 3), "bound_ms": bound_ms, "seed": seed}
                for kind, (ms, bound_ms, seed) in sorted(self.worst.items())
            },
        }

    def lines(self) -> list[str]:
        """For a person."""
        head = (
            f"{self.episodes} episodes, {self.board_s:.0f} board-seconds, the relay closed {self.closings} times, "
            f"{len(self.violations)} violations"
        )
        tried = f"next customer not tried because no closings were left in the hour: {self.next_not_tried}"
        cpu = "CPU of an episode: mean {mean} s, 95 of 100 within {p95} s, the longest {longest} s (seed {seed})"
        out = [head, tried, cpu.format(**self._cpu), "", "Ingredient             occurred"]
        out += [f"  {name:20} {count:8}" for name, count in self.ingredients.items()]
        out += ["", "Unplugged during            all  charging"]
        out += [
            f"  {name:20} {count:8}  {self.unplugs_charging[name]:8}" for name, count in self.unplugs.items()
        ]
        out += ["", "Resets"] + [f"  {name:20} {count:8}" for name, count in self.resets.items()]
        out += ["", "Worst time until the relay was open, modelled, by what blocked meanwhile"]
        out += [
            f"  {kind:44} {ms:8.1f} ms of {bound_ms:6.0f}  seed {seed}"
            for kind, (ms, bound_ms, seed) in sorted(self.worst.items())
        ]
        return out
