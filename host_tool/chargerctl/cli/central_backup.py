# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central backup`."""

from __future__ import annotations

from pathlib import Path

import click

from chargerctl.central.books.backup import backup
from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.progress import waiting
from chargerctl.deploy.change import size_text


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@central_options()
@click.pass_obj
def command(output: Output, settings: CentralSettings, file: Path) -> Answer:
    """Copy the books to a new file while the central system runs: all of one moment, readable by you only.

    For books in SQLite; those in PostgreSQL are copied with pg_dump. To restore, stop the central system, and put the
    copy in the place of the books, without the files -wal and -shm beside it.

    \b
    chargerctl central backup central-2026-11-26.sqlite
    """
    with waiting(output, "copying the books"):
        size = backup(settings.database, file)
    return Answer({"file": str(file), "bytes": size}, [f"wrote {file} ({size_text(size)})"])
