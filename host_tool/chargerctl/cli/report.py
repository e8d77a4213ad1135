# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl report`."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from pathlib import Path

import click

from chargerctl import __version__
from chargerctl.boards.address import Address, Folder
from chargerctl.boards.boot_out import BootOut
from chargerctl.cli.approach import approach
from chargerctl.cli.drive_options import board_options
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.settings_options import config_option, config_path
from chargerctl.doctor.console import health_of
from chargerctl.doctor.logged import Logged, logged
from chargerctl.doctor.reach import console_of, drive_of, on_the_network, the_only, without_name
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
    help="What chargerctl monitor --log has written: the board's starts, and its lines since the last.",
)
@click.pass_obj
def command(output: Output, drive: Address | None, config: Path | None, log_path: Path | None) -> Answer:
    """Print a text to paste into an issue: versions, board, memory, resets, faults, what is deployed.

    No names, addresses or secrets are in it. Read it before you paste it. The board goes on running. Exit
    status: 1 if nothing could be read of the board that was named.

    \b
    chargerctl report
    chargerctl report garage --log garage.log
    """
    # Reasons have names of hosts, folders and boards in them, so they are for the user alone.
    missing: dict[str, str] = {}
    heard: list[str] = []
    log = Logged()
    settings: Effective | None = None
    examined = None
    board: Address | None = None
    try:
        board = the_only(drive)
    except ChargerctlError as error:
        missing["board"] = error.message
    path = config_path(config, board or drive)
    secrets = of_settings(path, os.environ).secrets
    try:
        settings = effective(path, os.environ, ())
    except ChargerctlError as error:
        if config and not isinstance(error, SettingsError):
            raise  # the file that was typed cannot be read
        missing["settings"] = error.message
    if board:
        try:
            examined = drive_of(board, settings)
        except ChargerctlError as error:
            missing["drive"] = error.message
    if log_path:
        log = logged(log_path, secrets)
        if not log.starts:
            missing["log"] = (
                f"{log_path} has no start of the board: press reset while chargerctl monitor --log writes it"
            )
    if board:
        try:
            heard = console_of(board, secrets, approach(output, force=False, config=config))
        except (ChargerctlError, OSError) as error:
            missing["console"] = str(error)
    tool = f"{__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    seen = examined.seen if examined else None
    boot = examined.boot if examined else None
    if board and not isinstance(board, Folder):
        boot, missing_of_it = _told(board, log, heard)
        missing |= missing_of_it
    values = settings.values if settings else None
    text = report(Facts(tool, boot, seen, values, log.lines, log.starts, tuple(heard), tuple(missing)))
    notes = [f"chargerctl: {what} not read: {why}" for what, why in missing.items()]
    unseen = drive is not None and examined is None and not heard and not log.lines
    return Answer({"report": text, "not_read": missing}, text, notes, status=int(unseen))


def _told(board: Address, log: Logged, heard: list[str]) -> tuple[BootOut, dict[str, str]]:
    """Board and CircuitPython of a board whose drive was not read, and what of it nobody tells."""
    with suppress(OSError, ValueError):
        if found := on_the_network(board):
            return found, {}
    board_id = health_of(log.lines).board or health_of(heard).board
    missing = {}
    if not board_id:
        missing["kind of board"] = (
            "press reset while chargerctl monitor --log FILE writes, then add --log FILE here"
        )
    if not log.circuitpython:
        shown = f"chargerctl get boot_out.txt {without_name(board)}"
        missing["CircuitPython"] = f"`{shown}` shows its version, and stops the charger meanwhile"
    return BootOut(log.circuitpython, board_id), missing
