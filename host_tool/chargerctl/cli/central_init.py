# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central init`: writes a settings file that shows every setting of [central] with its default."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from chargerctl.central.document import example
from chargerctl.central.settings import FILE
from chargerctl.cli.output import Answer, Command
from chargerctl.errors import InputError
from chargerctl.files import refuse_other_than_file
from chargerctl.settings.save import write_new


@click.command(cls=Command)
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"The file to write.  [default: {FILE}]",
)
def command(config: Path | None) -> Answer:
    """Write a settings file with every setting of [central], its meaning and its default.

    All lines are commented out, so it changes nothing until you edit it. Never overwrites a file. Only you can
    read the new one, since it may hold a password.

    \b
    chargerctl central init
    chargerctl central init -c /etc/chargerctl/central.toml
    """
    path = config or Path(FILE)
    if path.exists() or path.is_symlink():
        raise InputError(f"{path}: already exists; edit it")
    if not path.parent.is_dir():
        raise InputError(f"{path}: the folder {path.parent} does not exist: create it first")
    refuse_other_than_file(path)
    write_new(path, example())
    named = f" -c {shlex.quote(str(path))}" if config else ""
    return Answer(
        {"file": str(path)},
        [f"wrote {path} (mode 0600: it may hold a password); next: chargerctl central serve{named}"],
    )
