# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Runs a fleet and shows it: live, and its report at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from chargerctl.central.messages.schemas import ACTIONS
from chargerctl.cli.fleet_files import answer, check_files
from chargerctl.cli.fleet_plan import plan_of
from chargerctl.cli.fleet_table import Shown
from chargerctl.cli.output import Answer, Output
from chargerctl.cli.signals import on_signals
from chargerctl.errors import ChargerctlError
from chargerctl.fleet.acting import checked
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.record.recorded import joined, left_parts, refuse_existing, share_of
from chargerctl.fleet.report import text, thresholds
from chargerctl.fleet.report.judged import judged
from chargerctl.fleet.report.summary import summary
from chargerctl.fleet.workers.workers import Workers


def run(output: Output, count: int | None, given: Mapping[str, Any]) -> Answer:
    """given: the options of the command."""
    if count is None:
        raise click.UsageError("N is missing: how many chargers, such as chargerctl fleet 100")
    # All that can be wrong is found before the start: it may run for hours.
    limits = limits_of(given["fail_if"])
    check_files(given["reports"], given["record"])
    plan = plan_of(count, given)
    refuse_existing(plan)
    checked(plan)
    with Shown(plan, output) as shown:
        measured = _measured(plan, shown)
    failed = judged(limits, measured)
    asked = [each.text for each in limits]
    values = summary(plan, measured, failed, asked)
    passed = not failed and not measured.failures
    return answer(given["reports"], values, text.report(plan, measured, failed, asked), passed)


def _measured(plan: Plan, shown: Shown) -> Measured:
    if plan.workers == 1:
        share = share_of(plan)
        with on_signals(share.stop):
            return share.run(shown.sums)
    workers = Workers(plan)
    try:
        with on_signals(workers.stop):
            measured = workers.run(shown.sums)
    except ChargerctlError as error:
        raise type(error)(f"{error.message}{left_parts(plan)}") from None
    measured.failures += joined(plan)
    return measured


def limits_of(typed: Sequence[str], replay: bool = False) -> list[thresholds.Threshold]:
    """Of --fail-if. InputError."""
    return [each for words in typed for each in thresholds.parse(words, ACTIONS, replay)]
