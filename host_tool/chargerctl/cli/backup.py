# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl backup: every file of a board's drive into one file on the laptop."""

from __future__ import annotations

from pathlib import Path

import click

from chargerctl.cli.drive_options import drive_option, open_drive
from chargerctl.cli.settings_options import json_option, print_json
from chargerctl.deploy.archive import pack
from chargerctl.deploy.troubles import explain


@click.command(name="backup", short_help="Copy every file of a board's drive into one file.")
@drive_option
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="The zip file to write, readable by you only.",
)
@click.option("--with-secrets", is_flag=True, help="Also passwords; otherwise they are left out.")
@json_option
def command(drive: Path | None, target: Path, with_secrets: bool, as_json: bool) -> None:
    """Copy every file of a board's drive, your own too, into one file. The drive is only read."""
    with open_drive(drive) as opened:
        try:
            backup = pack(opened.volume, opened.boot, target, with_secrets)
        except OSError as error:
            raise explain(error, str(opened.path), committed=False) from error
    if as_json:
        print_json({"file": str(target), "files": len(backup.image), "secrets": backup.secrets})
        return
    left_out = "" if with_secrets else ", passwords left out (--with-secrets takes them along)"
    click.echo(f"{target}: {len(backup.image)} files of {opened.path}{left_out}")
