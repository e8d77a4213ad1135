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
from chargerctl.doctor.laptop import settings_findings
from chargerctl.doctor.reach import console_of, drive_of
from chargerctl.doctor.show import finding_lines, plain, summary
from chargerctl.errors import ChargerctlError
from chargerctl.files import read_file
from chargerctl.monitor.of_settings import of_settings
from chargerctl.settings import Effective, SettingsError, effective
from chargerctl.settings.effective import secrets_seen
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
    path = config_path(config, address)
    settings: Effective | None = None
    try:
        settings = effective(path, os.environ, overrides)
        problems = [*(secrets_seen(path, settings) if path else []), *settings.problems]
    except SettingsError as error:
        problems = error.problems
    yield from settings_findings(str(path or "settings"), len(settings.given) if settings else 0, problems)
    authority = read_file(ca_file, _CERTIFICATES) if ca_file else None
    try:
        examined = drive_of(address, settings)
        yield from examined.findings()
        authority = authority or examined.authority
    except ChargerctlError as error:
        yield Finding("board", FAILED if isinstance(address, Folder) else SKIPPED, error.message)
    try:
        secrets = of_settings(path, os.environ).secrets
        yield from console_findings(health_of(console_of(address, secrets, reach)))
    except (ChargerctlError, OSError) as error:
        failed = address is not None and not isinstance(address, Folder)
        yield Finding("console", FAILED if failed else SKIPPED, str(error))
    if settings is None:
        yield Finding("broker", SKIPPED, "not asked: the settings have mistakes")
    else:
        yield from network_findings(settings.values, listen_s, authority)
