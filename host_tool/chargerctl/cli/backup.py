# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl backup: every file of a board's drive into one file on the laptop."""

from __future__ import annotations

import os
from pathlib import Path

import click

from chargerctl.boards.address import Address
from chargerctl.cli.approach import approach
from chargerctl.cli.drive_options import board_options, stop_option
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.run_plan import Manner
from chargerctl.deploy.backup import pack
from chargerctl.deploy.opening import open_drive
from chargerctl.deploy.troubles import explained
from chargerctl.files import refuse_other_than_file


@click.command(cls=Command)
@board_options()
@stop_option
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="The zip file to write, readable by you only.",
)
@click.option(
    "--yes",
    is_flag=True,
    help="Replace an existing file without asking. Required with --json and without a terminal.",
)
@click.option("--with-secrets", is_flag=True, help="Include passwords, which are left out otherwise.")
@click.pass_obj
def command(
    output: Output, drive: Address | None, target: Path, yes: bool, with_secrets: bool, force: bool
) -> Answer:
    """Copy every file of a board's drive, your own too, into one zip file. The drive is only read.

    \b
    chargerctl backup --to charger.zip
    chargerctl backup --to charger.zip --with-secrets --drive /media/me/CIRCUITPY
    chargerctl backup --to charger.zip --host 192.168.1.20
    """
    refuse_other_than_file(target)
    with open_drive(drive, approach=approach(output, force)) as opened:
        notes = opened.unfinished()
        if os.path.lexists(target):
            Manner(False, yes, output).ask(f"{target} exists: replace it?", default=False)
        with explained(opened.volume.name):
            backup = pack(opened.volume, opened.boot, target, with_secrets)
    notes += [f"left out: {name}" for name in backup.left_out]
    left_out = "" if with_secrets else ", passwords left out (--with-secrets includes them)"
    return Answer(
        {"file": str(target), "files": len(backup.image), "secrets": backup.secrets, "notes": notes},
        [f"wrote {target}: {len(backup.image)} files of {opened.address}{left_out}"],
        notes,
    )
