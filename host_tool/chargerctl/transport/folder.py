# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A drive that the system has mounted, or any other folder."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)


class FolderVolume:
    """A Volume in a folder, which must exist. durable: False where files need not survive a power cut."""

    def __init__(self, root: Path, durable: bool = True) -> None:
        self._root = str(root)
        self._durable = durable

    @property
    def name(self) -> str:
        return self._root

    @property
    def cluster(self) -> int:
        if hasattr(os, "statvfs"):
            return os.statvfs(self._root).f_frsize
        return 4096  # Windows has it only in an interface of its own; CIRCUITPY drives have at most this

    def free(self) -> int:
        return shutil.disk_usage(self._root).free

    def list(self) -> tuple[dict[str, int], set[str]]:
        files: dict[str, int] = {}
        folders: set[str] = set()
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            prefix = folder + "/" if folder else ""
            with os.scandir(self._at(folder)) as entries:
                for entry in entries:
                    path = prefix + entry.name
                    if entry.is_dir(follow_symlinks=False):
                        folders.add(path)
                        waiting.append(path)
                    else:
                        files[path] = entry.stat(follow_symlinks=False).st_size
        return files, folders

    def read(self, path: str) -> bytes:
        handle = os.open(self._at(path), _READ)
        try:
            return _all_of(handle)
        finally:
            os.close(handle)

    def read_back(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        waiting = list(paths)
        if self._durable and hasattr(os, "posix_fadvise"):
            # Drop the synced files from the page cache, so that this reads the medium.
            for path in waiting:
                self._advise(path, os.POSIX_FADV_DONTNEED, os.POSIX_FADV_WILLNEED)
        for path in waiting:
            yield path, self.read(path)

    def write(self, path: str, content: bytes) -> None:
        Path(self._at(path)).write_bytes(content)

    def sync(self, paths: Iterable[str]) -> None:
        if not self._durable:
            return
        several = list(paths)
        if len(several) == 1 or not self._sync_all():
            for path in several:
                self._sync(path)

    def rename(self, source: str, target: str) -> None:
        if Path(self._at(target)).exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
        Path(self._at(source)).rename(self._at(target))

    def remove(self, path: str) -> None:
        Path(self._at(path)).unlink()

    def make_folder(self, path: str) -> None:
        Path(self._at(path)).mkdir()

    def remove_folder(self, path: str) -> None:
        Path(self._at(path)).rmdir()

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

    def _advise(self, path: str, *advice: int) -> None:
        handle = os.open(self._at(path), _READ)
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
        handle = os.open(self._root, os.O_RDONLY)
        try:
            return bool(ctypes.CDLL(None).syncfs(handle) == 0)
        finally:
            os.close(handle)

    def _sync(self, path: str) -> None:
        target = self._at(path)
        if os.name == "nt" and Path(target).is_dir():
            return  # Windows cannot sync a folder; its removable drives are written through
        handle = os.open(target, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _all_of(handle: int) -> bytes:
    parts = []
    while part := os.read(handle, 1 << 16):
        parts.append(part)
    return b"".join(parts)
