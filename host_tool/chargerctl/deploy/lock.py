# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Lets one chargerctl at a time work on a drive. The lock is a file on the laptop: locking must not write to the drive."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from chargerctl.boards.address import Address
from chargerctl.errors import ChargerctlError


@contextmanager
def locked(drive: Address, state: Path) -> Iterator[None]:
    """Hold the lock of `drive`, in the folder `state`; ChargerctlError where another process has it."""
    folder = state / "locks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = (folder / drive.digest).open("ab")
    except OSError as error:
        raise ChargerctlError(
            f"{folder} cannot be written ({error.strerror}): chargerctl locks drives there; make it writable"
        ) from None
    with opened as file:
        try:
            _lock(file)
        except OSError:
            raise ChargerctlError(
                f"{drive} is locked: another chargerctl is working on it; wait until it has finished, then run this again"
            ) from None
        yield  # closing the file releases the lock


def _lock(file: BinaryIO) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
