# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Writes several files into one folder: all of them, or none. What is somebody else's is refused, what is the same stays."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from chargerctl import files
from chargerctl.errors import ChargerctlError, InputError

MOST_BYTES = 16_000_000


@dataclass(frozen=True)
class File:
    """public: other users may read it. for_broker: it belongs to the broker's user where root writes it."""

    name: str
    content: bytes = field(repr=False)
    public: bool = False
    for_broker: bool = False


@dataclass(frozen=True)
class Owner:
    """The user that the broker becomes when root starts it."""

    uid: int
    gid: int


def owner_of(user: str) -> Owner | None:
    """None where this process is not root: what it writes is its own, and so is a broker that it starts. ChargerctlError
    where root has no such user."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    import pwd

    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        raise InputError(
            f"there is no user {user} on this computer: install mosquitto first, or give --user"
        ) from None
    return Owner(entry.pw_uid, entry.pw_gid)


def read(path: Path) -> bytes | None:
    """Its content, None where there is none. InputError."""
    try:
        return files.read_file(path, MOST_BYTES)
    except FileNotFoundError:
        return None


def refuse_strangers(folder: Path, names: Iterable[str], mark: str) -> None:
    """InputError where one of these files is there and does not begin with the mark."""
    for name in names:
        content = read(folder / name)
        if content is not None and not content.startswith(mark.encode()):
            raise InputError(
                f"{folder / name} was not written by this command: move it away, or give another folder (--out)"
            )


def write_all(folder: Path, wanted: Iterable[File], owner: Owner | None) -> list[str]:
    """Write what is not there yet in this form, in this order; return the names of these files. The folder is made if it is
    missing. ChargerctlError: then everything is as it was before."""
    before = {file: read(folder / file.name) for file in wanted}
    fresh = [file for file, content in before.items() if content != file.content]
    # Left in this order: files get their old content back, what was staged goes in any case, then a folder that was made.
    with ExitStack() as made, ExitStack() as litter, ExitStack() as undo:
        try:
            if not folder.exists():
                folder.mkdir(mode=0o755)
                made.callback(folder.rmdir)
            staged = []
            for file in fresh:
                target = folder / file.name
                files.refuse_other_than_file(target)
                path = _stage(folder, file, owner)
                litter.callback(path.unlink, missing_ok=True)
                staged.append((path, target, _keep(target, path, litter)))
            for path, target, kept in staged:
                path.replace(target)
                undo.callback(_put_back, target, kept)
        except OSError as error:
            where = error.filename or folder
            raise ChargerctlError(
                f"{where}: cannot be written: {error.strerror}; nothing was changed"
            ) from None
        undo.pop_all()
        made.pop_all()
    return [file.name for file in fresh]


def _keep(target: Path, fresh: Path, litter: ExitStack) -> Path | None:
    """A second name for what `target` is now, which costs no space on a full disk; None where there is nothing yet."""
    kept = fresh.with_name(f"{fresh.name}.old")
    try:
        os.link(os.path.realpath(target), kept)
    except FileNotFoundError:
        return None
    litter.callback(kept.unlink, missing_ok=True)
    return kept


def _stage(folder: Path, file: File, owner: Owner | None) -> Path:
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=f".{file.name}.")
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(file.content)
            stream.flush()
            os.fsync(stream.fileno())
        path.chmod(0o644 if file.public else 0o600)
        if owner and file.for_broker:
            os.chown(path, owner.uid, owner.gid)
    except BaseException:  # Ctrl-C, too
        path.unlink(missing_ok=True)
        raise
    return path


def _put_back(target: Path, kept: Path | None) -> None:
    if kept is None:
        target.unlink()
    else:
        kept.replace(target)
