# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reaches what is below a folder without following a link, at whatever place of a path it is put, and whenever.

Where the system can, each folder of a path is opened relative to the one before, so that it cannot be exchanged in
between. Elsewhere (Windows) each is looked at just before it is used.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from chargerctl.transport.volume import ForeignError

_BY_HANDLE = os.supports_dir_fd >= {os.open, os.stat, os.mkdir, os.rename, os.rmdir, os.unlink} and hasattr(
    os, "O_NOFOLLOW"
)
_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _CLOEXEC
# NONBLOCK: should a file become a pipe after it was looked at, opening it does not wait for a writer.
_FILE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | _CLOEXEC
_LINKS_OF_WINDOWS = (0xA000000C, 0xA0000003)  # symbolic link, junction or mount point
_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def foreign(status: os.stat_result) -> str | None:
    """What it is if it is neither a file nor a folder, such as "a link"; else None."""
    if getattr(status, "st_reparse_tag", 0) in _LINKS_OF_WINDOWS:
        return "a link"
    return next((what for test, what in _KINDS if test(status.st_mode)), None)


def is_link(path: Path) -> bool:
    """Whether it is a link of any kind; False where nothing is."""
    try:
        return foreign(path.lstat()) == "a link"
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return False


@dataclass(frozen=True)
class Place:
    """A name in an open folder. at: the keyword argument that has os functions look there."""

    path: str
    name: str
    handle: int | None

    @property
    def at(self) -> dict[str, Any]:
        return {} if self.handle is None else {"dir_fd": self.handle}

    def look(self) -> os.stat_result | None:
        """What is there, None for nothing; ForeignError."""
        try:
            status = os.stat(self.name, follow_symlinks=False, **self.at)  # noqa: PTH116 - relative to a folder
        except FileNotFoundError:
            return None
        if what := foreign(status):
            raise ForeignError(self.path, what)
        return status

    def open(self, how: int, mode: int = 0o600) -> int:
        """A descriptor of the regular file there; ForeignError, OSError."""
        if not how & os.O_EXCL:
            self.look()  # opening a device may already do something
        try:
            handle = os.open(self.name, how | _FILE, mode, **self.at)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise ForeignError(self.path, "a link") from None
            raise
        try:
            status = os.fstat(handle)
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), self.path)
            if what := foreign(status):
                raise ForeignError(self.path, what)
        except OSError:
            os.close(handle)
            raise
        return handle


class Beneath:
    """`root` is named by the user and may be a link itself; nothing below it is."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._same: tuple[int, int] | None = None

    @contextmanager
    def place(self, path: str) -> Iterator[Place]:
        """The name at `path`, which need not exist; its folder must. Raises ForeignError, OSError."""
        folder, _, name = path.rpartition("/")
        with self.folder(folder) as opened:
            if isinstance(opened, int):
                yield Place(path, name, opened)
            else:
                yield Place(path, f"{opened}/{name}", None)

    @contextmanager
    def folder(self, path: str = "") -> Iterator[int | str]:
        """The folder at `path`: open, or as a path where the system cannot work in an open folder."""
        if not _BY_HANDLE:
            yield self._looked_at(path)
            return
        handle = os.open(self._root, _FOLDER)
        try:
            self._check_same(os.fstat(handle))
            for part in path.split("/") if path else ():
                inner = self._step(handle, part, path)
                os.close(handle)
                handle = inner
            yield handle
        finally:
            os.close(handle)

    def entries(self, path: str, most: int) -> list[tuple[str, os.stat_result]]:
        """The names in a folder, with what they are; no more than `most` of them."""
        with self.folder(path) as opened, os.scandir(opened) as entries:
            return [(entry.name, entry.stat(follow_symlinks=False)) for entry in islice(entries, most)]

    def other_drive(self, status: os.stat_result) -> bool:
        """Whether another drive is mounted at this folder. (Windows has no number of the drive in a listing, and shows a
        mount point as a link.)"""
        return self._same is not None and status.st_dev not in (0, self._same[0])

    def _step(self, handle: int, part: str, path: str) -> int:
        try:
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=handle)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                Place(path, part, handle).look()
            raise
        if self.other_drive(os.fstat(inner)):
            os.close(inner)
            raise ForeignError(path, "another drive")
        return inner

    def _looked_at(self, path: str) -> str:
        self._check_same(Path(self._root).stat())
        place = self._root
        for part in path.split("/") if path else ():
            place = f"{place}/{part}"
            status = Place(path, place, None).look()
            if status is not None and self.other_drive(status):
                raise ForeignError(path, "another drive")
        return place

    def _check_same(self, status: os.stat_result) -> None:
        """The folder is the one it was at first: where a drive disappears, its mount point may stay."""
        now = status.st_dev, status.st_ino
        if self._same is None:
            self._same = now
        if now != self._same:
            raise OSError(errno.ENODEV, "another drive or folder is there now", self._root)
