# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl doctor`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from chargerctl.boards.address import Address, Folder
from chargerctl.boards.reach import Approach
from chargerctl.cli.approach import approach
from chargerctl.cli.drive_options import board_options
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.settings_options import config_option, config_path, set_option
from chargerctl.doctor.console import console_findings, health_of
from chargerctl.doctor.examine import network_findings
from chargerctl.doctor.finding import FAILED, SKIPPED, Finding, any_failed
from chargerctl.doctor.laptop import Laptop
from chargerctl.doctor.reach import console_of, drive_of, the_only
from chargerctl.doctor.show import finding_lines, plain, summary
from chargerctl.errors import ChargerctlError
from chargerctl.files import read_file
from chargerctl.monitor.of_settings import of_settings
from chargerctl.settings import SettingsError
from chargerctl.visible import visible

_CERTIFICATES = 1 << 20  # bytes of a file with certificates


@click.command(cls=Command)
@board_options()
@config_option
@set_option
@click.option(
    "--listen",
    "listen_s",
    type=click.IntRange(0, 3600),
    default=10,
    show_default=True,
    metavar="SECONDS",
    help="How long to listen on the broker for charger and central system.",
)
@click.option(
    "--ca-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The certificate that [mqtt] ca_file names on the drive.  [default: the one on the drive]",
)
@click.pass_obj
def command(
    output: Output,
    drive: Address | None,
    config: Path | None,
    overrides: tuple[str, ...],
    listen_s: int,
    ca_file: Path | None,
) -> Answer:
    """Find out what is wrong: settings, drive, broker, central system, time.

    Connects to the broker with the charger's account and a client id of its own; publishes nothing on the topics of the
    frames. Exit status: 0 if nothing failed, 1 otherwise.

    \b
    chargerctl doctor
    chargerctl doctor --listen 300
    chargerctl doctor --drive /media/me/CIRCUITPY -c garage.toml --json
    """
    found: list[Finding] = []
    reach = approach(output, force=False, config=config, overrides=overrides)
    for finding in _examine(drive, config, overrides, listen_s, ca_file, reach):
        found.append(finding)
        _show(output, finding)
    output.text(summary(found))
    failed = any_failed(found)
    value = {"ok": not failed, "findings": [finding.as_json() for finding in found]}
    return Answer(value if output.as_json else None, status=int(failed))


def _show(output: Output, finding: Finding) -> None:
    if output.as_json or not sys.stdout.isatty():
        output.text(*plain(finding))
        return
    from rich.console import Console  # slow to load
    from rich.text import Text

    whole = Text()
    for text, style in finding_lines(finding):
        whole.append("\n".join(visible(line) for line in text.split("\n")), style)
    Console(highlight=False, soft_wrap=True).print(whole, end="")


def _examine(
    address: Address | None,
    config: Path | None,
    overrides: tuple[str, ...],
    listen_s: int,
    ca_file: Path | None,
    reach: Approach,
) -> Iterator[Finding]:
    board: Address | None = None
    no_board = ""
    try:
        board = the_only(address)
    except SettingsError as error:  # of boards.toml
        no_board = "; ".join(map(str, error.problems))
    except ChargerctlError as error:
        no_board = error.message
    path = config_path(config, board or address)
    laptop = Laptop.read(path, os.environ, overrides)
    yield from laptop.findings()
    authority = read_file(ca_file, _CERTIFICATES) if ca_file else None
    if board is None:
        yield Finding("board", FAILED if address else SKIPPED, no_board)
    else:
        try:
            examined = drive_of(board, laptop.settings)
            yield from examined.findings()
            authority = authority or examined.authority
        except ChargerctlError as error:
            yield Finding("board", FAILED if isinstance(board, Folder) else SKIPPED, error.message)
        try:
            secrets = of_settings(path, os.environ).secrets
            serial = laptop.settings.values.charger.serial if laptop.settings else ""
            yield from console_findings(health_of(console_of(board, secrets, reach)), serial)
        except (ChargerctlError, OSError) as error:
            yield Finding("console", SKIPPED if isinstance(board, Folder) else FAILED, str(error))
    values = laptop.settings.values if laptop.settings else None
    yield from network_findings(values, laptop.time_server, listen_s, authority)
