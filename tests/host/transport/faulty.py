# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A volume in memory that can be stopped, or fail, at any operation, and knows what a power cut would leave.

What counts as lost in a cut: a file's content since its last sync; a folder's names since its last sync, each folder
for itself. A name whose content never was synced comes back as zeros.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from chargerctl.transport.volume import Listing


class CutError(BaseException):
    """The laptop is gone: killed, unplugged, without power. A BaseException, so that no handler catches it."""


@dataclass(eq=False)
class File:
    content: bytes = b""
    durable: bytes | None = None


@dataclass(eq=False)
class Folder:
    names: dict[str, File | Folder] = field(default_factory=dict)
    durable: dict[str, File | Folder] = field(default_factory=dict)


Tree = dict[str, bytes | None]  # None: an empty folder


class FaultyVolume:
    """cut_at: the operation (from 1) before which the laptop disappears; torn: in the middle of it, if it writes.

    fails_at, fails_with: the operation that raises this errno. Nothing fails by default; `operations` counts.
    """

    name = "memory"

    def __init__(self, tree: Tree, cluster: int = 512, capacity: int = 1 << 30) -> None:
        self.cluster = cluster
        self.capacity = capacity
        self.cut_at = 0
        self.torn = False
        self.fails_at = 0
        self.fails_with = 0
        self.operations: list[str] = []
        self.bytes_written = 0
        self._root = Folder()
        for path, content in tree.items():
            folder = self._root
            *parents, name = path.split("/")
            for part in parents:
                folder = folder.names.setdefault(part, Folder())  # type: ignore[assignment]
            folder.names[name] = Folder() if content is None else File(content)
        self._settle(self._root)

    # What is asked.

    def list(self) -> Listing:
        found = self._walk()
        files = {path: len(file.content) for path, file in found if isinstance(file, File)}
        return Listing(files, {path for path, file in found if isinstance(file, Folder)})

    def free(self) -> int:
        return self.capacity - self._used()

    def read(self, path: str, likely: bytes | None = None) -> bytes:
        return self._file(path).content

    def differing(self, files: Mapping[str, bytes]) -> Iterator[str]:
        return (path for path, content in files.items() if self.read(path) != content)

    def tree(self, keep_unsynced: bool = True) -> Tree:
        """What is on the medium: after everything has been written back, or after a cut that lost what was not."""
        return dict(self._contents(self._root, "", keep_unsynced))

    def settle(self) -> None:
        """Everything has been written back."""
        self._settle(self._root)

    # Operations.

    def write(self, path: str, content: bytes) -> None:
        folder, name = self._place(path)
        tear = self._operate("write " + path)
        file = folder.names.get(name)
        grown = self._used() - (self._size(len(file.content)) if isinstance(file, File) else 0)
        if grown + self._size(len(content)) > self.capacity:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if not isinstance(file, File):
            file = folder.names[name] = File()
        if tear:
            file.content = content[: len(content) // 2]
            raise CutError
        file.content = content
        self.bytes_written += len(content)

    def make_private(self, path: str) -> None:
        """FAT knows no owners."""

    def sync(self, paths: Iterable[str]) -> None:
        for path in paths:
            found = self._find(path)
            self._operate("fsync " + path)
            if isinstance(found, File):
                found.durable = found.content
            else:
                found.durable = dict(found.names)

    def rename(self, source: str, target: str) -> None:
        old, old_name = self._place(source)
        new, new_name = self._place(target)
        self._file(source)
        if new_name in new.names:
            raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))
        self._operate(f"rename {source} {target}")
        new.names[new_name] = old.names.pop(old_name)

    def remove(self, path: str) -> None:
        self._file(path)
        folder, name = self._place(path)
        self._operate("remove " + path)
        del folder.names[name]

    def make_folder(self, path: str) -> None:
        folder, name = self._place(path)
        self._operate("mkdir " + path)
        folder.names[name] = Folder()

    def remove_folder(self, path: str) -> None:
        folder, name = self._place(path)
        self._operate("rmdir " + path)
        if folder.names[name].names:  # type: ignore[union-attr]
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
        del folder.names[name]

    def _operate(self, what: str) -> bool:
        """Count the operation; whether it is to be cut in the middle."""
        self.operations.append(what)
        if len(self.operations) == self.fails_at:
            raise OSError(self.fails_with, os.strerror(self.fails_with))
        if len(self.operations) != self.cut_at:
            return False
        if self.torn:
            return True
        raise CutError

    # The tree.

    def _find(self, path: str) -> File | Folder:
        found: File | Folder = self._root
        for part in path.split("/") if path else ():
            if not isinstance(found, Folder) or part not in found.names:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
            found = found.names[part]
        return found

    def _file(self, path: str) -> File:
        found = self._find(path)
        if not isinstance(found, File):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        return found

    def _place(self, path: str) -> tuple[Folder, str]:
        folder, _, name = path.rpartition("/")
        found = self._find(folder)
        if not isinstance(found, Folder):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
        return found, name

    def _walk(self) -> list[tuple[str, File | Folder]]:
        found: list[tuple[str, File | Folder]] = []
        waiting = [("", self._root)]
        while waiting:
            prefix, folder = waiting.pop()
            for name, file in folder.names.items():
                found.append((prefix + name, file))
                if isinstance(file, Folder):
                    waiting.append((prefix + name + "/", file))
        return found

    def _contents(self, folder: Folder, prefix: str, keep: bool) -> list[tuple[str, bytes | None]]:
        found: list[tuple[str, bytes | None]] = []
        for name, file in (folder.names if keep else folder.durable).items():
            if isinstance(file, Folder):
                inside = self._contents(file, prefix + name + "/", keep)
                found += inside or [(prefix + name, None)]
            elif keep:
                found.append((prefix + name, file.content))
            else:
                lost = bytes(len(file.content))
                found.append((prefix + name, lost if file.durable is None else file.durable))
        return sorted(found)

    def _settle(self, folder: Folder) -> None:
        folder.durable = dict(folder.names)
        for file in folder.names.values():
            if isinstance(file, Folder):
                self._settle(file)
            else:
                file.durable = file.content

    def _used(self) -> int:
        return sum(
            self._size(len(file.content)) if isinstance(file, File) else self.cluster
            for _, file in self._walk()
        )

    def _size(self, size: int) -> int:
        return -(-size // self.cluster) * self.cluster
