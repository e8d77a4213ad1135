# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Sends the frames of a record again, and says what was answered otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

import click
from click.core import ParameterSource

from chargerctl.cli.fleet_files import answer, check_files
from chargerctl.cli.fleet_plan import plan_of
from chargerctl.cli.fleet_run import limits_of
from chargerctl.cli.fleet_table import Shown
from chargerctl.cli.output import Answer, Output
from chargerctl.cli.signals import on_signals
from chargerctl.fleet.record.file import Reader
from chargerctl.fleet.record.replaying import Replay, replayed
from chargerctl.fleet.report import text
from chargerctl.fleet.report.summary import summary
from chargerctl.fleet.report.words import count as counted

# What the record says itself, or what a replay has not.
_NOT_WITH = {
    **{
        each: each
        for each in ("arrivals", "stay", "duration", "start", "ramp", "chaos", "seed", "prefix", "record")
    },
    "script": "scripts",
}
_MOST_SHOWN = 10


def run(output: Output, count: int | None, given: Mapping[str, Any]) -> Answer:
    """given: the options of the command."""
    typed = click.get_current_context().get_parameter_source
    for option, name in _NOT_WITH.items():
        if typed(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{option} does not go with --replay: leave it out")
    if count is not None:
        raise click.UsageError("--replay has the chargers of the record: leave out N")
    if given["workers"] != 1:
        raise click.UsageError("--replay runs in one process: leave out --workers")
    limits = limits_of(given["fail_if"], replay=True)
    check_files(given["reports"], replay=given["replay"])
    with closing(Reader(given["replay"])) as reader:
        plan = replayed(reader, plan_of(1, given))
        replay = Replay(plan, reader)
        with Shown(plan, output) as shown, on_signals(replay.stop):
            measured = replay.run(shown.sums)
    failed = [why for each in limits if (why := each.fails(measured))]
    if replay.calls and replay.calls == replay.unsent and not measured.stopped:
        failed.append("no call of the record could be sent")
    others = dict(replay.others.most_common())
    found = {
        "calls": replay.calls,
        "unsent": replay.unsent,
        "missing": replay.missing,
        "same": replay.same,
        "others": others,
    }
    asked = [each.text for each in limits]
    values = {**summary(plan, measured, failed, asked), "replay": found}
    lines = [
        *text.report(plan, measured, failed, asked),
        f"replay     {counted(replay.same)} answers as in the record, {counted(sum(others.values()))} otherwise,",
        f"           {counted(replay.missing)} missing; {counted(replay.unsent)} of {counted(replay.calls)} calls not sent",
        *(
            f"           {counted(number)} x {kind}"[:120]
            for kind, number in list(others.items())[:_MOST_SHOWN]
        ),
    ]
    return answer(given["reports"], values, lines, not failed)
