# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Many chargers in real time before `central serve`: what each process takes, how long answers take, and whether the books
have all of it. Each charger has a customer an hour; heartbeats each 300 s, meter values each 60 s."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench._loaded import WAYS, Fleet, Loaded, Under

_NAMES = {"mosquitto": "mosquitto", "bridge": "mosquitto and bridge", "ocppj": "OCPP-J"}
_WRONG = ("unanswered", "errors", "violations", "strange_answers", "reconnects", "double", "lost")


def main(count: int, seconds: int, ways: Sequence[str] = WAYS) -> None:
    import pytest

    for way in ways:
        for postgres in (False, True) if way == "mosquitto" else (False,):
            books = "PostgreSQL" if postgres else "SQLite"
            print(f"  {count:,} chargers, {_NAMES[way]}, {books}", flush=True)
            try:
                _print(measured(way, postgres, count, seconds))
            except pytest.skip.Exception as error:
                print(f"    left out: {error}")


def _print(found: Loaded) -> None:
    report = found.report
    for name, spent in found.spent.items():
        share = 100 * spent.cpu_s / report["wall_s"]
        print(f"    {name:16}{share:>6.1f} % of a core{spent.mb:>8.0f} MB")
    for action, calls in report["calls"].items():
        print(f"    {action:20}{calls['answers']:>8,} answers, {_ms(calls['ms'])}")
    print(f"    the simulator's own delay: {_ms(report['late_ms'])}")
    print("    " + ", ".join(f"{name} {report[name]}" for name in _WRONG))
    print(f"    {found.books}", flush=True)


def _ms(found: Mapping[str, float | None]) -> str:
    return ", ".join(f"{name} {found[name] or 0:.1f} ms" for name in ("p50", "p99", "max"))


def measured(way: str, postgres: bool, count: int, seconds: int) -> Loaded:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        under = Under(stack, home, way, postgres)
        fleet = Fleet(under, count, "--arrivals", "1/h", "--duration", f"{seconds}s", "--ramp", "30s")
        stack.callback(fleet.close)
        *_, report = fleet.sums()
        return fleet.ended(report)
