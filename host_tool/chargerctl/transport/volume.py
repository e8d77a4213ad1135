# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The interface through which a drive is read and written. Paths are relative, with `/`; "" is the drive itself.

Every method raises OSError as the file system does. Content may be lost until its file is synced, and a change of names
(a new file, a rename, a removal) until its folder is.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

LARGEST = 16 << 20  # bytes of one file, and of all that one command reads: no board's drive has more
UNREADABLE = "a folder that cannot be read"  # in Listing.others


class ForeignError(OSError):
    """Where a file or a folder was expected is a link, a pipe, a device, or another drive."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(errno.EINVAL, f"is {what}", path)
        self.path, self.what = path, what


class TooMuchError(OSError):
    """There is more than a board's drive has. what: of which, as the beginning of a sentence."""

    def __init__(self, what: str) -> None:
        super().__init__(errno.EFBIG, what)
        self.what = what


class BoardError(OSError):
    """What a board that is reached without a drive refuses or fails at. message: cause and remedy, in one line."""

    def __init__(self, message: str, code: int = errno.EIO) -> None:
        super().__init__(code, message)
        self.message = message


class Restarted(NamedTuple):
    """What there is to say about a board that was told to run what is on it now; well: False where it does not seem to."""

    text: str
    well: bool = True


class Listing(NamedTuple):
    """files: their sizes in bytes. folders: without the drive itself. others: what is neither and is never followed, read
    or written, with what it is, such as "a link"."""

    files: dict[str, int]
    folders: set[str]
    others: Mapping[str, str] = MappingProxyType({})


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

    def list(self) -> Listing:
        """Everything on the drive; TooMuchError for more than names.MOST."""

    def read(self, path: str, likely: bytes | None = None) -> bytes:
        """A file's content; ForeignError, TooMuchError for more than LARGEST.

        likely: what it probably is: where a hash that the board computes says so, nothing is transferred.
        """

    def differing(self, files: Mapping[str, bytes]) -> Iterator[str]:
        """Those of the files that do not have this content, read from the medium itself where the system's cache can be
        bypassed, by the board itself where it can compute a hash."""

    def write(self, path: str, content: bytes) -> None:
        """Create the file, or replace it. Its folder must exist."""

    def make_private(self, path: str) -> None:
        """Let only its owner read the file, where the file system knows owners."""

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


def read_all(
    volume: Volume,
    paths: Iterable[str],
    sizes: Mapping[str, int],
    likely: Mapping[str, bytes] = MappingProxyType({}),
) -> dict[str, bytes]:
    """The content of those of the files that exist; TooMuchError for more than LARGEST together.

    likely: what files probably are: those need not be transferred where the volume can tell that they are so.
    """
    there = [path for path in sorted(paths) if path in sizes]
    if sum(sizes[path] for path in there) > LARGEST:
        raise TooMuchError("its files are larger together")
    probable = {path: likely[path] for path in there if path in likely and len(likely[path]) == sizes[path]}
    same = probable.keys() - set(volume.differing(probable))
    return {path: likely[path] if path in same else volume.read(path) for path in there}


def parents(path: str) -> list[str]:
    """The folders around a path, outermost first, without the drive itself."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def folder_of(path: str) -> str:
    return path.rpartition("/")[0]
