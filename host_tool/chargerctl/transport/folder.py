# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A drive that the system has mounted, or any other folder. What is on it was put there by a stranger: nothing is followed,
read or written but files and folders (beneath.py)."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from chargerctl.transport.beneath import Beneath, foreign
from chargerctl.transport.names import DEEPEST, MOST
from chargerctl.transport.volume import LARGEST, UNREADABLE, Listing, TooMuchError

_CLUSTER = 4096  # CIRCUITPY drives have at most this


class FolderVolume:
    """A Volume in a folder, which must exist. durable: False where files need not survive a power cut."""

    def __init__(self, root: Path, durable: bool = True) -> None:
        self._root = str(root)
        self._beneath = Beneath(self._root)
        self._durable = durable

    @property
    def name(self) -> str:
        return self._root

    @property
    def cluster(self) -> int:
        if hasattr(os, "statvfs"):  # Windows has it only in an interface of its own
            return os.statvfs(self._root).f_frsize or _CLUSTER
        return _CLUSTER

    def free(self) -> int:
        return shutil.disk_usage(self._root).free

    def list(self) -> Listing:
        files: dict[str, int] = {}
        folders: set[str] = set()
        others: dict[str, str] = {}
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                entries = self._beneath.entries(folder, MOST + 1)
            except PermissionError:
                if not folder:
                    raise
                folders.discard(folder)
                others[folder] = UNREADABLE
                continue
            for name, status in entries:
                path = f"{folder}/{name}" if folder else name
                if path.count("/") >= DEEPEST:
                    raise TooMuchError(f"its folders are more than {DEEPEST} deep")
                if what := foreign(status):
                    others[path] = what
                elif not stat.S_ISDIR(status.st_mode):
                    files[path] = status.st_size
                elif self._beneath.other_drive(status):
                    others[path] = "another drive"
                else:
                    folders.add(path)
                    waiting.append(path)
            if len(files) + len(folders) + len(others) > MOST:
                raise TooMuchError(f"it has more than {MOST:,} files and folders")
        return Listing(files, folders, others)

    def read(self, path: str, likely: bytes | None = None) -> bytes:
        handle = self._open(path, os.O_RDONLY)
        try:
            return _all_of(handle, path)
        finally:
            os.close(handle)

    def differing(self, files: Mapping[str, bytes]) -> Iterator[str]:
        if self._durable and hasattr(os, "posix_fadvise"):
            # Drop the synced files from the page cache, so that this reads the medium.
            for path in files:
                self._advise(path, os.POSIX_FADV_DONTNEED, os.POSIX_FADV_WILLNEED)
        return (path for path, content in files.items() if self.read(path) != content)

    def write(self, path: str, content: bytes) -> None:
        """A new file in place of an older one: that may be a hard link to a file elsewhere, or readable by others."""
        with self._beneath.place(path) as place:
            if place.look() is not None:
                os.unlink(place.name, **place.at)
            handle = place.open(os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with os.fdopen(handle, "wb") as file:
            file.write(content)

    def make_private(self, path: str) -> None:
        if not hasattr(os, "fchmod"):
            return
        with suppress(OSError):  # FAT knows no owners
            handle = self._open(path, os.O_RDONLY)
            try:
                if os.fstat(handle).st_mode & 0o077:
                    os.fchmod(handle, 0o600)
            finally:
                os.close(handle)

    def sync(self, paths: Iterable[str]) -> None:
        if not self._durable:
            return
        several = list(paths)
        if len(several) == 1 or not self._sync_all():
            for path in several:
                self._sync(path)

    def rename(self, source: str, target: str) -> None:
        with self._beneath.place(source) as old, self._beneath.place(target) as new:
            if new.look() is not None:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
            if old.look() is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), source)
            os.rename(old.name, new.name, src_dir_fd=old.handle, dst_dir_fd=new.handle)

    def remove(self, path: str) -> None:
        with self._beneath.place(path) as place:
            os.unlink(place.name, **place.at)

    def make_folder(self, path: str) -> None:
        with self._beneath.place(path) as place:
            os.mkdir(place.name, 0o700, **place.at)  # noqa: PTH102

    def remove_folder(self, path: str) -> None:
        with self._beneath.place(path) as place:
            os.rmdir(place.name, **place.at)

    def _open(self, path: str, how: int) -> int:
        with self._beneath.place(path) as place:
            return place.open(how)

    def _advise(self, path: str, *advice: int) -> None:
        handle = self._open(path, os.O_RDONLY)
        try:
            for each in advice:
                os.posix_fadvise(handle, 0, 0, each)
        finally:
            os.close(handle)

    def _sync_all(self) -> bool:
        """Where the system can, sync the whole drive in one go: file by file it would write the FAT again
        each time, which is slow and wears the board's flash.
        """
        if sys.platform != "linux":
            return False
        with self._beneath.folder() as handle:
            return isinstance(handle, int) and bool(ctypes.CDLL(None).syncfs(handle) == 0)

    def _sync(self, path: str) -> None:
        with self._beneath.place(path) as place:
            status = place.look() if path else None
            is_folder = not path or (status is not None and stat.S_ISDIR(status.st_mode))
        if not is_folder:
            handle = self._open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
            try:
                _flush(handle)
            finally:
                os.close(handle)
        elif os.name != "nt":  # Windows cannot sync a folder; its removable drives are written through
            with self._beneath.folder(path) as folder:
                if isinstance(folder, int):
                    _flush(folder)


def _flush(handle: int) -> None:
    """fsync, on macOS as far as the medium: there fsync leaves the data in the drive's own cache."""
    if sys.platform == "darwin":
        import fcntl

        try:
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
        except OSError as error:
            if error.errno not in (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY):
                raise
    os.fsync(handle)


def _all_of(handle: int, path: str) -> bytes:
    parts, size = [], 0
    while part := os.read(handle, 1 << 16):
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            raise TooMuchError(f"its file {path} is larger")
    return b"".join(parts)
