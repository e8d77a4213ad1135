# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A fleet in virtual time before our own central system, by one process or several, each with books of its own, which are
checked to the watt-hour against what the chargers sent."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench._fleet.books import Checked
from bench._processes import running


def main(count: int, hours: float, workers: int) -> None:
    """count chargers with a customer an hour each; workers: processes that share them."""
    print(f"  {count:,} chargers, {hours:g} hours, a customer an hour at each; processes: {workers}")
    print(f"  {'hours':>7}{'wall s':>8}{'CPU s':>8}{'MB':>7}   of the first process", flush=True)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))

        def start(worker: int) -> Any:
            words = [str(count), str(hours), "1", str(home / f"{worker}.sqlite"), str(worker), str(workers)]
            return stack.enter_context(running(home, "bench._fleet.hours_process", *words))

        processes = [start(worker) for worker in range(workers)]
        ends = [_end(each, shown=each is processes[0]) for each in processes]
    cpu_s, wall_s = sum(each["cpu_s"] for each in ends), max(each["wall_s"] for each in ends)
    print(
        f"  {count * hours / cpu_s:.1f} charger-hours a CPU second ({cpu_s:.0f} s of CPU, {wall_s:.0f} s;"
        f" {_sum(ends, 'frames'):,} frames); {_sum(ends, 'grown') / count / 1024:.0f} KB a charger with its books"
    )
    print("  " + ", ".join(f"{name} {_sum(ends, name)}" for name in ("lost", "double", "violations")))
    print(f"  {sum((Checked(**each['books']) for each in ends), Checked())}", flush=True)


def _end(process: Any, shown: bool) -> dict[str, Any]:
    """The last that it says."""
    said: dict[str, Any] = {}
    for line in process.stdout:
        said = json.loads(line)
        if shown:
            mb = said["resident"] / (1 << 20)
            print(f"  {said['hours']:>7.2f}{said['wall_s']:>8.0f}{said['cpu_s']:>8.0f}{mb:>7.0f}", flush=True)
    if "books" not in said:
        raise SystemExit(f"hours_process.py ended with exit status {process.wait()}")
    return said


def _sum(ends: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(each[name] for each in ends)
