# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The interface through which a drive is read and written. Paths are relative, with `/`; "" is the drive itself.

Every method raises OSError as the file system does. Content may be lost until its file is synced, and a change of names
(a new file, a rename, a removal) until its folder is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol


class Volume(Protocol):
    """A drive."""

    @property
    def name(self) -> str:
        """Its name in messages."""

    @property
    def cluster(self) -> int:
        """Size of an allocation unit, in bytes."""

    def free(self) -> int:
        """Bytes not in use."""

    def list(self) -> tuple[dict[str, int], set[str]]:
        """Every file with its size in bytes, and every folder but the drive itself."""

    def read(self, path: str) -> bytes:
        """A file's content."""

    def read_back(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Files with their content, from the medium itself where the system's cache can be bypassed."""

    def write(self, path: str, content: bytes) -> None:
        """Create the file, or replace its content in place. Its folder must exist."""

    def sync(self, paths: Iterable[str]) -> None:
        """Return when the content of these files, and the names in these folders, are on the medium."""

    def rename(self, source: str, target: str) -> None:
        """Give a file another name; `target` must not exist."""

    def remove(self, path: str) -> None:
        """Remove a file."""

    def make_folder(self, path: str) -> None:
        """Make a folder in one that exists."""

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder."""


def parents(path: str) -> list[str]:
    """The folders around a path, outermost first, without the drive itself."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def folder_of(path: str) -> str:
    return path.rpartition("/")[0]
