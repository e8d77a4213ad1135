# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A drive that the system has mounted, or any folder that pictures one."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path


class FolderVolume:
    """A Volume in a folder, which must exist. durable: False for a folder that need not outlive a power
    cut."""

    def __init__(self, root: Path, durable: bool = True) -> None:
        self._root = root
        self._durable = durable

    @property
    def name(self) -> str:
        return str(self._root)

    @property
    def cluster(self) -> int:
        if hasattr(os, "statvfs"):
            return os.statvfs(self._root).f_frsize
        return 4096  # Windows tells it only through its own interface; CIRCUITPY drives have at most this

    def free(self) -> int:
        return shutil.disk_usage(self._root).free

    def files(self) -> dict[str, int]:
        return {
            self._relative(folder, name): (Path(folder) / name).lstat().st_size
            for folder, _, names in self._walk()
            for name in names
        }

    def folders(self) -> set[str]:
        return {self._relative(folder, name) for folder, names, _ in self._walk() for name in names}

    def read(self, path: str) -> bytes:
        with (self._root / path).open("rb") as file:
            if self._durable and hasattr(os, "posix_fadvise"):
                # What is synced leaves the page cache, so that this reads the medium.
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            return file.read()

    def write(self, path: str, content: bytes) -> None:
        (self._root / path).write_bytes(content)

    def sync(self, path: str) -> None:
        target = self._root / path
        if not self._durable:
            return
        if os.name == "nt" and target.is_dir():
            return  # Windows cannot sync a folder; its removable drives are written through
        handle = os.open(target, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, source: str, target: str) -> None:
        if (self._root / target).exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
        (self._root / source).rename(self._root / target)

    def remove(self, path: str) -> None:
        (self._root / path).unlink()

    def make_folder(self, path: str) -> None:
        (self._root / path).mkdir()

    def remove_folder(self, path: str) -> None:
        (self._root / path).rmdir()

    def _walk(self) -> Iterator[tuple[str, list[str], list[str]]]:
        def broken(error: OSError) -> None:
            raise error

        return os.walk(self._root, onerror=broken)

    def _relative(self, folder: str, name: str) -> str:
        return (Path(folder) / name).relative_to(self._root).as_posix()
