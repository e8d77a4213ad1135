# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The report of a fleet as one JSON object, which the texts and the page are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.measuring.tally import COUNTS, Calls
from chargerctl.fleet.plan import Plan

_US = 1_000_000
_MOST_TROUBLES = 5
"""While it runs; the report has all."""


def about(plan: Plan) -> dict[str, Any]:
    """What was asked for, without secrets."""
    where = "our own central system, in memory"
    if plan.broker is not None:
        where = f"MQTT broker {plan.broker.host}:{plan.broker.port}"
    elif plan.target is not None:
        where = plan.target.shown
    return {
        "chargers": plan.count,
        "seed": plan.seed,
        "prefix": plan.prefix,
        "at": where,
        "real_time": plan.in_real_time,
        "arrivals_h": plan.arrivals_h,
        "duration_s": plan.duration_s,
        "scripts": [each.name for each in plan.scripts],
        "chaos": plan.chaos,
        "workers": plan.workers,
    }


def sums(measured: Measured) -> dict[str, Any]:
    """What is known at any moment."""
    tally = measured.tally
    return {
        "fleet_s": round(measured.fleet_s, 3),
        "wall_s": round(measured.wall_s, 3),
        "cpu_s": round(measured.cpu_s, 3),
        "states": dict(sorted(tally.states.items())),
        **{name: tally.counts[name] for name in COUNTS},
        "unanswered": tally.unanswered,
        "errors": tally.errors,
        "violations": tally.violations.total(),
        "answers_ms": tally.answers.ms(),
        "late_ms": tally.late.ms(),
        "troubles": dict(tally.troubles.most_common(_MOST_TROUBLES)),
        "stood_still_s": round(measured.stood_still_s, 3),
    }


def summary(
    plan: Plan, measured: Measured, failed: Sequence[str], limits: Sequence[str] = ()
) -> dict[str, Any]:
    """limits: all thresholds, as they were typed; failed: those of them that were true, in words."""
    tally = measured.tally
    return {
        "fleet": about(plan),
        "passed": not failed and not measured.failures,
        "thresholds": list(limits),
        "failed": list(failed),
        "stopped": measured.stopped,
        "script_failures": [each.text for each in measured.failures],
        **sums(measured),
        "calls": {action: _calls(each) for action, each in sorted(tally.calls.items())},
        "calls_of_the_central_system": {
            action: _calls(each) for action, each in sorted(tally.called.items())
        },
        "violations_by_kind": dict(tally.violations.most_common()),
        "troubles": dict(tally.troubles.most_common()),
        "customers": dict(tally.customers.most_common()),
        "faults": dict(tally.faults.most_common()),
        "series": _series(measured),
    }


def _calls(calls: Calls) -> dict[str, Any]:
    return {
        "answers": calls.times.count,
        "unanswered": calls.unanswered,
        "errors": dict(calls.errors.most_common()),
        "ms": calls.times.ms(),
    }


def _series(measured: Measured) -> dict[str, Any]:
    """frames_out, frames_in: in each slot; for_s: how much of it has passed, all of it but in the last one."""
    series, width_s = measured.series, measured.series.width_us / _US
    return {
        "slot_s": width_s,
        "slots": [
            {
                "at_s": number * width_s,
                "for_s": round(min(width_s, max(measured.fleet_s - number * width_s, 0.0)), 3),
                "frames_out": slot.frames_out,
                "frames_in": slot.frames_in,
                "ms": slot.times.ms(),
                "states": dict(slot.states),
            }
            for number, slot in sorted(series.slots.items())
            if number * width_s < measured.fleet_s
        ],
    }
