# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One chargerctl at a time on one drive. The lock is on the laptop: it must not write to the drive."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from chargerctl.errors import ChargerctlError


@contextmanager
def locked(drive: Path, state: Path) -> Iterator[None]:
    """Hold the lock of `drive`, in the folder `state`; ChargerctlError where somebody else has it."""
    folder = state / "locks"
    key = hashlib.sha256(str(drive.resolve()).encode()).hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = (folder / key).open("ab")
    except OSError as error:
        raise ChargerctlError(
            f"{folder} cannot be written ({error.strerror}), and chargerctl notes there which drive it works on: "
            "make it writable"
        ) from None
    with opened as file:
        try:
            _lock(file)
        except OSError:
            raise ChargerctlError(
                f"another chargerctl is working on {drive}: wait until it is done, then run this again"
            ) from None
        yield  # closing the file gives the lock back


def _lock(file: BinaryIO) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
