# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl backup: every file of a board's drive into one file on the laptop."""

from __future__ import annotations

from pathlib import Path

import click

from chargerctl.boards.address import Address
from chargerctl.cli.drive_options import drive_option
from chargerctl.cli.output import Answer, Command
from chargerctl.deploy.backup import pack
from chargerctl.deploy.opening import open_drive
from chargerctl.deploy.troubles import explained


@click.command(cls=Command)
@drive_option
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="The zip file to write, readable by you only.",
)
@click.option("--with-secrets", is_flag=True, help="Include passwords, which are left out otherwise.")
def command(drive: Address | None, target: Path, with_secrets: bool) -> Answer:
    """Copy every file of a board's drive, your own too, into one zip file. The drive is only read.

    \b
    chargerctl backup --to charger.zip
    chargerctl backup --to charger.zip --with-secrets --drive /media/me/CIRCUITPY
    """
    with open_drive(drive) as opened:
        notes = opened.unfinished()
        with explained(opened.volume.name):
            backup = pack(opened.volume, opened.boot, target, with_secrets)
    left_out = "" if with_secrets else ", passwords left out (--with-secrets includes them)"
    return Answer(
        {"file": str(target), "files": len(backup.image), "secrets": backup.secrets, "notes": notes},
        [f"wrote {target}: {len(backup.image)} files of {opened.address}{left_out}"],
        notes,
    )
