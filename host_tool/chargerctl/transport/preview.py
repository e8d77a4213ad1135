# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Shows what changes to a volume would do: they stay in memory, and the volume below is only read."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator

from chargerctl.transport.volume import Volume, folder_of


class PreviewVolume:
    """A Volume over another."""

    def __init__(self, below: Volume) -> None:
        self._below = below
        # As without the changes.
        self.name, self.cluster, self.free = below.name, below.cluster, below.free
        self._sizes, self._folders = below.list()
        self._written: dict[str, bytes] = {}

    def list(self) -> tuple[dict[str, int], set[str]]:
        return dict(self._sizes), set(self._folders)

    def read(self, path: str) -> bytes:
        self._require(path)
        written = self._written.get(path)
        return self._below.read(path) if written is None else written

    def read_back(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        return ((path, self.read(path)) for path in paths)

    def write(self, path: str, content: bytes) -> None:
        if folder_of(path) not in self._folders | {""}:
            raise _error(errno.ENOENT, path)
        self._written[path] = content
        self._sizes[path] = len(content)

    def sync(self, paths: Iterable[str]) -> None:
        """Only checks that the paths exist: there is no medium."""
        for path in paths:
            if path not in self._folders | {""}:
                self._require(path)

    def rename(self, source: str, target: str) -> None:
        if target in self._sizes or target in self._folders:
            raise _error(errno.EEXIST, target)
        self.write(target, self.read(source))
        self.remove(source)

    def remove(self, path: str) -> None:
        self._require(path)
        del self._sizes[path]

    def make_folder(self, path: str) -> None:
        self._folders.add(path)

    def remove_folder(self, path: str) -> None:
        if any(folder_of(other) == path for other in self._sizes.keys() | self._folders):
            raise _error(errno.ENOTEMPTY, path)
        self._folders.discard(path)

    def _require(self, path: str) -> None:
        if path not in self._sizes:
            raise _error(errno.ENOENT, path)


def _error(code: int, path: str) -> OSError:
    return OSError(code, os.strerror(code), path)
