# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is judged of an episode when it is over. Each judgement is a module with judge(history), which gives (seconds, text)
for each violation.

timeline.py, history.py    what was seen: frames, contacts, cards, buttons, and the meter
transactions.py            starts, samples and stops, put together
causes.py                  what of it may end a charge
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chargerctl.simulator.chaos.judgements import (
    answers,
    availability,
    calls,
    configuration,
    contactors,
    deliveries,
    goes_on,
    lights,
    locks,
    readers,
    samples,
    starts,
    statuses,
    stops,
    triggers,
)
from chargerctl.simulator.chaos.judgements.history import History

Judge = Callable[[History], Iterator[tuple[float, str]]]

JUDGES: tuple[Judge, ...] = tuple(
    module.judge
    for module in (
        goes_on,
        starts,
        stops,
        samples,
        answers,
        statuses,
        locks,
        deliveries,
        calls,
        lights,
        readers,
        contactors,
        availability,
        configuration,
        triggers,
    )
)


def judge(history: History) -> list[tuple[float, str]]:
    """Every violation, in the order of time."""
    return sorted(violation for each in JUDGES for violation in each(history))
