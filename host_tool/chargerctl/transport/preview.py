# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Shows what changes to a volume would do: they stay in memory, and the volume below is only read."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from chargerctl.transport.volume import Listing, Volume, folder_of


class PreviewVolume:
    """A Volume over another."""

    def __init__(self, below: Volume) -> None:
        self._below = below
        # As without the changes.
        self.name, self.cluster, self.free = below.name, below.cluster, below.free
        self._sizes, self._folders, self._others = below.list()
        self._written: dict[str, bytes] = {}
        # How many there are in each folder.
        self._inside = Counter(map(folder_of, (*self._sizes, *self._folders, *self._others)))

    def list(self) -> Listing:
        return Listing(dict(self._sizes), set(self._folders), self._others)

    def read(self, path: str, likely: bytes | None = None) -> bytes:
        self._require(path)
        written = self._written.get(path)
        return self._below.read(path, likely) if written is None else written

    def differing(self, files: Mapping[str, bytes]) -> Iterator[str]:
        return (path for path, content in files.items() if self.read(path, content) != content)

    def write(self, path: str, content: bytes) -> None:
        if folder_of(path) not in self._folders | {""}:
            raise _error(errno.ENOENT, path)
        if path in self._folders or path in self._others:
            raise _error(errno.EISDIR, path)
        self._inside[folder_of(path)] += path not in self._sizes
        self._written[path] = content
        self._sizes[path] = len(content)

    def make_private(self, path: str) -> None:
        self._require(path)

    def sync(self, paths: Iterable[str]) -> None:
        """Only checks that the paths exist: there is no medium."""
        for path in paths:
            if path not in self._folders | {""}:
                self._require(path)

    def rename(self, source: str, target: str) -> None:
        if target in self._sizes or target in self._folders or target in self._others:
            raise _error(errno.EEXIST, target)
        self.write(target, self.read(source))
        self.remove(source)

    def remove(self, path: str) -> None:
        self._require(path)
        del self._sizes[path]
        self._inside[folder_of(path)] -= 1

    def make_folder(self, path: str) -> None:
        if path in self._sizes or path in self._folders or path in self._others:
            raise _error(errno.EEXIST, path)
        self._folders.add(path)
        self._inside[folder_of(path)] += 1

    def remove_folder(self, path: str) -> None:
        if path not in self._folders:
            raise _error(errno.ENOENT, path)
        if self._inside[path]:
            raise _error(errno.ENOTEMPTY, path)
        self._folders.discard(path)
        self._inside[folder_of(path)] -= 1

    def _require(self, path: str) -> None:
        if path not in self._sizes:
            raise _error(errno.ENOENT, path)


def _error(code: int, path: str) -> OSError:
    return OSError(code, os.strerror(code), path)
