# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl report`."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import click

from chargerctl import __version__
from chargerctl.boards.address import Address
from chargerctl.cli.approach import approach
from chargerctl.cli.drive_options import board_options
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.settings_options import config_option, config_path
from chargerctl.doctor.console import health_of
from chargerctl.doctor.reach import console_of, drive_of, logged
from chargerctl.doctor.report import Facts, report
from chargerctl.errors import ChargerctlError
from chargerctl.monitor.of_settings import of_settings
from chargerctl.settings import Effective, SettingsError, effective


@click.command(cls=Command)
@board_options()
@config_option
@click.option(
    "--log",
    "log_path",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="What chargerctl monitor --log has written: since the board's last start.",
)
@click.pass_obj
def command(output: Output, drive: Address | None, config: Path | None, log_path: Path | None) -> Answer:
    """Print a text to paste into an issue: versions, board, memory, resets, faults, what is deployed.

    No names, addresses or secrets are in it. Read it before you paste it. The board goes on running.

    \b
    chargerctl report
    chargerctl report garage --log garage.log
    """
    missing: list[str] = []
    lines: list[str] = []
    settings: Effective | None = None
    examined = None
    secrets = of_settings(config_path(config, drive), os.environ).secrets
    try:
        settings = effective(config_path(config, drive), os.environ, ())
    except SettingsError as error:
        missing.append(f"settings: {error.message}")
    try:
        examined = drive_of(drive, settings)
    except ChargerctlError as error:
        missing.append(f"drive: {error.message}")
    try:
        reach = approach(output, force=False, config=config)
        lines = logged(log_path, secrets) if log_path else console_of(drive, secrets, reach)
    except (ChargerctlError, OSError) as error:
        missing.append(f"console: {error}")
    tool = f"{__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    boot, seen = (examined.boot, examined.seen) if examined else (None, None)
    values = settings.values if settings else None
    text = report(Facts(tool, boot, seen, values, health_of(lines), tuple(lines), tuple(missing)))
    return Answer({"report": text}, text)
