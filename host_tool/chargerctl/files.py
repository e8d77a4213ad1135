# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Files on the laptop: where chargerctl keeps its own, how those that a person names are read, and how those that hold
secrets are written: readable by their owner only, and complete or not there at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from chargerctl.errors import ChargerctlError, InputError


def read_file(path: Path, most: int) -> bytes:
    """The content of a file that a person names.

    InputError where it cannot be read, has more than `most` bytes, or is a pipe or a device, which may never end, or never
    begin. FileNotFoundError is let through.
    """
    flags = (
        os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    )
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            about = os.fstat(file.fileno())
            # /dev/null is an empty file: -c /dev/null is how a script asks for no settings but its own.
            if not stat.S_ISREG(about.st_mode) and not os.path.samestat(about, os.stat(os.devnull)):  # noqa: PTH116
                raise InputError(f"{path}: is a pipe or a device, not a file")
            content = file.read(most + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > most:
        raise InputError(
            f"{path}: has {max(about.st_size, len(content))} bytes: such a file has at most {most}"
        )
    return content


def refuse_other_than_file(path: Path) -> None:
    """ChargerctlError where something at `path` is not a file and must not be replaced, such as /dev/stdout."""
    circle = Path(os.path.realpath(path)).is_symlink()  # of links
    if circle or (path.exists() and not path.is_file()):
        raise ChargerctlError(f"{path}: is a folder, a pipe or a device, not a file")
    if _is_open_file(path):
        raise ChargerctlError(f"{path}: leads to a file that a program has open: name that file itself")


def _is_open_file(path: Path) -> bool:
    """Whether it leads through /dev/stdout, /dev/fd or the like, whatever the shell has made of them."""
    while path.is_symlink():  # ends: the caller has found no circle
        folder = os.path.realpath(path.parent)
        if folder == "/dev" or f"{folder}/".startswith(("/proc/", "/dev/fd/")):
            return True
        path = folder / path.readlink()
    return False


def state_folder() -> Path:
    """Where chargerctl keeps its own data."""
    import click  # not for those that only read and write files

    return Path(click.get_app_dir("chargerctl"))


def write_private(path: Path, content: bytes, *, mode: int = 0o600, sync: bool = True) -> None:
    """Write the file, in place of an older one, which stays as it is until then. OSError.

    sync: so that it survives a power cut from here on.
    """
    import tempfile  # slow to import, and most commands only read

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
    except BaseException:  # Ctrl-C, too
        fresh.unlink(missing_ok=True)
        raise


def write_new(path: Path, content: bytes) -> None:
    """Write a private file where there is none: FileExistsError, another OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except BaseException:  # Ctrl-C, too
        path.unlink(missing_ok=True)
        raise
