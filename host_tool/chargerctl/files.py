# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Files on the laptop: where chargerctl keeps its own, and how those that hold secrets are written: readable by their
owner only, and complete or not there at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click


def state_folder() -> Path:
    """Where chargerctl keeps its own data."""
    return Path(click.get_app_dir("chargerctl"))


def write_private(path: Path, content: bytes, *, mode: int = 0o600, sync: bool = True) -> None:
    """Write the file, in place of an older one, which stays as it is until then. OSError.

    sync: so that it survives a power cut from here on.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        fresh.chmod(mode)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


def write_new(path: Path, content: bytes) -> None:
    """Write a private file where there is none: FileExistsError, another OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError:
        path.unlink(missing_ok=True)
        raise
