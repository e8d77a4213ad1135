# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Copies the books of SQLite while others use them, in one consistent state: VACUUM INTO."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from chargerctl import files
from chargerctl.errors import ChargerctlError, InputError

_SQLITE = "sqlite:///"


def backup(database: str, target: Path) -> int:
    """Write a copy of the books at the URL `database` to a new file, readable by its owner only; its size in bytes.

    InputError, ChargerctlError."""
    if not database.startswith(_SQLITE):
        raise InputError("the books are in PostgreSQL: back them up with pg_dump")
    source = Path(database.removeprefix(_SQLITE))
    if not source.is_file():
        raise InputError(f"{source}: there are no books yet")
    try:
        files.write_new(target, b"")  # private from the first byte on; SQLite fills an empty file
    except FileExistsError:
        raise InputError(f"{target}: already exists: name a new file") from None
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror}") from None
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as books:
            books.execute("VACUUM INTO ?", (str(target),))
        with target.open("rb+") as file:
            os.fsync(file.fileno())
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, (sqlite3.Error, OSError)):
            raise ChargerctlError(f"{target}: the books were not copied: {error}") from None
        raise
    return target.stat().st_size
