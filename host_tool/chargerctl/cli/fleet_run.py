# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Runs a fleet and shows it: live, and its report at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from chargerctl.central.messages.schemas import ACTIONS
from chargerctl.cli.fleet_plan import plan_of
from chargerctl.cli.fleet_table import Shown
from chargerctl.cli.output import Answer, Output
from chargerctl.cli.signals import on_signals
from chargerctl.errors import InputError
from chargerctl.files import refuse_other_than_file, write_private
from chargerctl.fleet.acting import checked
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.record.file import join, part
from chargerctl.fleet.record.recorded import recorded_share
from chargerctl.fleet.report import text, thresholds
from chargerctl.fleet.report.summary import summary
from chargerctl.fleet.workers.workers import Workers
from chargerctl.web import extra

FAILED = 1


def run(output: Output, count: int | None, given: Mapping[str, Any]) -> Answer:
    """given: the options of the command."""
    if count is None:
        raise click.UsageError("N is missing: how many chargers, such as chargerctl fleet 100")
    # All that can be wrong is found before the start: it may run for hours.
    limits = limits_of(given["fail_if"])
    check_reports(given["reports"])
    if given["record"]:
        refuse_other_than_file(given["record"])
    plan = plan_of(count, given)
    checked(plan)
    with Shown(plan, output) as shown:
        measured = _measured(plan, shown)
    failed = [why for each in limits if (why := each.fails(measured))]
    values = summary(plan, measured, failed)
    write_reports(given["reports"], values)
    status = FAILED if failed or measured.failures else 0
    return Answer({"kind": "report", **values}, text.report(plan, measured, failed), status=status)


def _measured(plan: Plan, shown: Shown) -> Measured:
    if plan.workers == 1:
        with recorded_share(plan) as share, on_signals(share.stop):
            return share.run(shown.sums)
    workers = Workers(plan)
    with on_signals(workers.stop):
        measured = workers.run(shown.sums)
    if plan.record:
        path = Path(plan.record)
        join(path, [part(path, worker, plan.workers) for worker in range(plan.workers)])
    return measured


def limits_of(typed: Sequence[str], replay: bool = False) -> list[thresholds.Threshold]:
    """Of --fail-if. InputError."""
    return [each for words in typed for each in thresholds.parse(words, ACTIONS, replay)]


def check_reports(paths: Sequence[Path]) -> None:
    """Before the start. InputError; ChargerctlError where packages for a page are missing."""
    for path in paths:
        if path.suffix not in (".json", ".html"):
            raise InputError(f"--report {path}: the name must end in .json or .html")
        if not path.absolute().parent.is_dir():
            raise InputError(f"--report {path}: there is no such folder")
        refuse_other_than_file(path)
        if path.suffix == ".html":
            extra.require("--report FILE.html")


def write_reports(paths: Sequence[Path], values: Mapping[str, Any]) -> None:
    """As JSON or as a page, by their names."""
    for path in paths:
        _write(path, values)


def _write(path: Path, values: Mapping[str, Any]) -> None:
    if path.suffix == ".json":
        content = json.dumps(values, indent=1) + "\n"
    else:
        # Imported here: it needs the packages of another extra.
        from chargerctl.fleet.report.page import page

        content = page(values)
    write_private(path, content.encode("utf-8", "replace"), mode=0o644, sync=False)
