# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl config check`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from chargerctl.cli.output import Answer, Command
from chargerctl.cli.settings_options import board_option, config_option, config_path, set_option
from chargerctl.deploy.suits import deploy_problems
from chargerctl.settings import SettingsError, effective
from chargerctl.settings.effective import board_for, secrets_seen
from chargerctl.settings.rules import notes


@click.command(cls=Command)
@config_option
@set_option
@board_option
def command(config: Path | None, overrides: tuple[str, ...], board_id: str | None) -> Answer:
    """Check the settings in the file, the environment and --set.

    Prints every mistake with its file, line and column. Exit status: 0 no mistake, 2 at least one.

    \b
    chargerctl config check
    chargerctl config check -c garage.toml --board raspberry_pi_pico_w
    """
    path = config_path(config)
    try:
        settings = effective(path, os.environ, overrides, board_id=board_id)
        board = board_for(settings.values, board_id)
        problems = secrets_seen(path, settings) if path else []
        problems += settings.problems + deploy_problems(settings, board)
        status = 2 if any(not problem.warning for problem in problems) else 0
        good_to_know = notes(settings.values, board)
    except SettingsError as error:
        problems, status, good_to_know = error.problems, error.exit_status, []
    value = {
        "ok": status == 0,
        "problems": [problem.as_json() for problem in problems],
        "notes": good_to_know,
    }
    lines = [*map(str, problems), *(f"note: {note}" for note in good_to_know)]
    if status:
        return Answer(value, lines, status=status)
    found = "no mistakes" if not problems else f"{len(problems)} warning{'s' * (len(problems) > 1)}"
    summary = f"{path or 'settings'}: {found}, {len(settings.given)} settings given"
    return Answer(value, lines, [summary])
