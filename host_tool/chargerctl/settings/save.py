# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Writes settings files on the laptop."""

from __future__ import annotations

import os
from pathlib import Path

from chargerctl import files
from chargerctl.errors import ChargerctlError, InputError


def write_new(path: Path, text: str) -> None:
    """Write a new private file; InputError if it exists already."""
    try:
        files.write_new(path, text.encode())
    except FileExistsError:
        raise InputError(f"{path}: already exists; change it with `chargerctl config set`") from None
    except OSError as error:
        raise ChargerctlError(f"{path}: cannot be written: {error.strerror}") from None


def replace(path: Path, text: str | bytes, private: bool = False) -> None:
    """Replace the file in one step and keep its permissions; a new one is private, and with `private` an old one too."""
    target = Path(os.path.realpath(path))  # unlike resolve(), no error for a link to itself
    files.refuse_other_than_file(path)
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() and not private else 0o600
        files.write_private(target, text.encode() if isinstance(text, str) else text, mode=mode)
    except OSError as error:
        raise ChargerctlError(f"{path}: cannot be written: {error.strerror}") from None
