# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Many chargers in real time before `central serve`: what each process takes, how long answers take, and whether the books
have all of it. Each charger has a customer an hour; heartbeats each 300 s, meter values each 60 s."""

from __future__ import annotations

from collections.abc import Sequence

from chargerctl.fleet.plan import Plan

from bench._fleet.loaded import Loaded, rows_of, side_by_side
from bench._fleet.under import WAYS

_RAMP_S = 30.0
_CUSTOMERS_H = 1.0


def main(count: int, seconds: int, ways: Sequence[str]) -> None:
    plan = Plan(count, seed=1, arrivals_h=_CUSTOMERS_H, duration_s=seconds, ramp_s=_RAMP_S)
    print(f"  {count:,} chargers, {seconds} s, a customer an hour at each", flush=True)
    side_by_side([WAYS[way] for way in ways], plan, "connection", seconds, _rows)


def _rows(found: Loaded) -> dict[str, str]:
    report = found.report
    rows = {}
    for kind, spent in found.spent.items():
        rows[f"{kind}: CPU, % of a core"] = f"{100 * spent.cpu_s / report['wall_s']:.1f}"
        rows[f"{kind}: memory, MB"] = f"{spent.mb:.0f}"
    for action, calls in report["calls"].items():
        rows[f"{action}: answered / not"] = f"{calls['answers']:,} / {calls['unanswered']}"
        rows[f"{action}: p50 / p99, ms"] = _ms(calls["ms"])
    rows["the simulator's own delay: p50 / p99, ms"] = _ms(report["late_ms"])
    rows["sessions begun / ended"] = f"{report['sessions_begun']:,} / {report['sessions_ended']:,}"
    return rows | rows_of(found)


def _ms(found: dict[str, float | None]) -> str:
    return " / ".join(f"{found[name] or 0:.1f}" for name in ("p50", "p99"))
