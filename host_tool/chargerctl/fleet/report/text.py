# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What was measured, as lines of at most 80 columns: for the live table, and for the report at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.report.summary import about
from chargerctl.fleet.report.words import chargers, clock, count, kwh, ms, rate, states

WIDTH = 80
_MOST_KINDS = 5
_CALLS = "{:24}{:>10}{:>10}{:>10}{:>10}{:>8}{:>7}"


def head(plan: Plan) -> list[str]:
    """What runs, before it has begun."""
    customers = f", {plan.arrivals_h:g} customers an hour at each" if plan.arrivals_h else ""
    # With the seed, so that a run that dies can be repeated, too.
    words = f"chargerctl fleet: {chargers(plan.count)} at {about(plan)['at']}{customers}; --seed {plan.seed}"
    return wrap(words, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def table(plan: Plan, measured: Measured, speed: tuple[float, float], most_kinds: int = 1) -> list[str]:
    """speed: messages a second of the fleet's time, out and in. most_kinds: of violations and of troubles, the most
    frequent first."""
    tally, counts = measured.tally, measured.tally.counts
    of = "" if plan.duration_s is None else f" of {clock(plan.duration_s)}"
    fast = (
        "" if plan.in_real_time else f" ({measured.fleet_s / max(measured.wall_s, 1e-6):,.0f} times as fast)"
    )
    found = "   ".join(f"{name} {count(number)}" for name, number in states(dict(tally.states)))
    late = f"   simulator late p50 {ms(tally.late.ms()['p50'])} p99 {ms(tally.late.ms()['p99'])}"
    if measured.stood_still_s:
        fast = f"   this computer stood still for {measured.stood_still_s:.1f} s"
    lines = [
        f"time       {clock(measured.fleet_s)}{of}{fast}",
        *wrap(f"chargers   {found}", WIDTH, subsequent_indent=" " * 11, break_on_hyphens=False),
        f"messages   {rate(speed[0])}/s out, {rate(speed[1])}/s in{late if plan.in_real_time and tally.late.count else ''}",
        f"sessions   {count(counts['sessions_begun'])} begun, {count(counts['sessions_ended'])} ended, "
        f"{kwh(counts['energy_wh'])}",
        f"wrong      {count(tally.unanswered)} unanswered, {count(tally.errors)} CALLERRORs, "
        f"{count(tally.violations.total())} schema violations,",
        f"           {count(counts['strange_answers'])} strange answers, {count(counts['double'])} double, "
        f"{count(counts['reconnects'])} reconnects",
        *_kinds("violation", tally.violations, most_kinds),
        *_kinds("trouble", tally.troubles, most_kinds),
    ]
    if tally.calls:
        lines += ["", _CALLS.format("call", "answers", "p50", "p99", "max", "no ans.", "errors")]
    for action, calls in sorted(tally.calls.items()):
        times = calls.times.ms()
        lines.append(
            _CALLS.format(
                action[:24],
                count(calls.times.count),
                ms(times["p50"]),
                ms(times["p99"]),
                ms(times["max"]),
                count(calls.unanswered),
                count(calls.errors.total()),
            )
        )
    return lines


def line(measured: Measured, speed: tuple[float, float]) -> str:
    """One line, for a pipe."""
    tally = measured.tally
    found = ", ".join(f"{name} {count(number)}" for name, number in states(dict(tally.states)))
    wrong = tally.unanswered + tally.errors + tally.violations.total()
    return (
        f"{clock(measured.fleet_s)}  {found}; {rate(speed[0])}/s out, {rate(speed[1])}/s in; "
        f"p99 {ms(tally.answers.ms()['p99'])}; {count(wrong)} wrong"
        + "".join(f"; {count(number)} x {kind}" for kind, number in tally.troubles.most_common(1))
    )


def report(plan: Plan, measured: Measured, failed: Sequence[str], limits: Sequence[str] = ()) -> list[str]:
    """At the end. failed, limits: as of summary()."""
    tally = measured.tally
    lines = [
        f"fleet      {chargers(plan.count)}, --seed {plan.seed}",
        *table(plan, measured, _mean(measured), _MOST_KINDS),
        "",
    ]
    called = ", ".join(f"{action} {count(each.times.count)}" for action, each in sorted(tally.called.items()))
    if called:
        lines += _paragraph("answered", called)
    for title, found in (("customers", tally.customers), ("faults", tally.faults)):
        if found:
            lines += _paragraph(title, ", ".join(f"{name} {number}" for name, number in found.most_common()))
    lines.append(
        f"lost       {count(tally.counts['lost'])} transactions that the central system has not confirmed"
    )
    lines.append(
        f"took       {measured.wall_s:,.1f} s, {measured.cpu_s:,.1f} s of CPU: "
        f"{_chargers_hours(plan, measured):,.1f} charger-hours per CPU second"
    )
    if limits:
        lines += _paragraph("--fail-if", ", ".join(limits))
    lines += [f"FAILED     {each}" for each in (*(each.text for each in measured.failures), *failed)]
    return lines


def _mean(measured: Measured) -> tuple[float, float]:
    counts, seconds = measured.tally.counts, max(measured.fleet_s, 1e-6)
    return counts["frames_out"] / seconds, counts["frames_in"] / seconds


def _kinds(title: str, kinds: Counter[str], most: int) -> list[str]:
    return [
        line
        for kind, number in kinds.most_common(most)
        for line in _paragraph(title, f"{count(number)} x {kind}")
    ]


def _paragraph(title: str, text: str) -> list[str]:
    return wrap(f"{title:11}{text}", WIDTH, subsequent_indent=" " * 11, break_on_hyphens=False)


def _chargers_hours(plan: Plan, measured: Measured) -> float:
    return plan.count * measured.fleet_s / 3600 / max(measured.cpu_s, 1e-6)


def event(values: dict[str, Any], speed: tuple[float, float]) -> dict[str, Any]:
    """For --json, about once a second. values: of summary.sums()."""
    return {"kind": "sums", **values, "out_per_s": round(speed[0], 3), "in_per_s": round(speed[1], 3)}
