# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What happens at one moment of an episode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chargerctl.simulator.chaos.scene import Scene


@dataclass(frozen=True)
class Act:
    """At `at_s`, `do(scene)`. `ingredient` is what it counts as; "" for what only ends something."""

    at_s: float
    ingredient: str
    text: str
    do: Callable[[Scene], object]


def spell(
    name: str,
    at_s: float,
    lasts_s: float,
    begin: Callable[[Scene], object],
    end: Callable[[Scene], object],
    detail: str = "",
) -> list[Act]:
    """Something that begins and ends."""
    text = f"{name} {detail}".rstrip()
    return [
        Act(at_s, name, f"{text} for {lasts_s:.3f} s", begin),
        Act(at_s + lasts_s, "", f"{name} ends", end),
    ]
