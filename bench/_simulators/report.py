# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The results as Markdown tables, as docs/simulators.md has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bench._simulators.judging import CALLS
from bench._simulators.load import Load

_UNKNOWN = "-"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A cell's own bars are escaped; an empty cell is a dash."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def calls(found: Mapping[str, Mapping[str, str]]) -> str:
    """Simulator -> question -> answer: the answers to the central system's calls, a row each."""
    rows = [
        [f"{action} ({profile})", *(each.get(action, "") for each in found.values())]
        for action, (profile, _) in CALLS.items()
    ]
    return table(["call", *found], rows)


def behaviour(found: Mapping[str, Mapping[str, str]]) -> str:
    """All other questions, in the order in which they were first answered."""
    questions = dict.fromkeys(
        question for each in found.values() for question in each if question not in CALLS
    )
    rows = [[question, *(each.get(question, "") for each in found.values())] for question in questions]
    return table(["", *found], rows)


def loads(found: Mapping[str, Load | str]) -> str:
    """A text in place of a load says why there is none."""
    titles = (
        "",
        "chargers",
        "messages a charger-hour",
        "CPU s a charger-hour",
        "chargers a core",
        "memory each",
        "all there after",
        "CPU ms a boot",
        "back in 30 s after all broke",
    )
    return table(titles, [[name, *_load(each)] for name, each in found.items()])


def _load(load: Load | str) -> list[str]:
    if isinstance(load, str):
        return [load, *[""] * 7]
    return [
        f"{load.count} of {load.wanted}" if load.count < load.wanted else str(load.count),
        f"{load.messages_an_hour:.0f}",
        f"{load.cpu_s_an_hour:.3f}",
        f"{_two_digits(load.a_core):,}",
        f"{load.bytes_each / 1024:,.0f} KB",
        f"{load.boot_s:.0f} s",
        f"{load.boot_cpu_s / load.count * 1000:.1f}",
        f"{load.back} of {load.count}, the last after {load.back_s:.0f} s" if load.back else "none",
    ]


def _two_digits(number: int) -> int:
    """More would be noise."""
    return int(float(f"{number:.1e}"))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ") or _UNKNOWN
