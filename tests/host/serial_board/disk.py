# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A board's flash: what each operation left on it, so that one run tells what a power cut at any moment leaves.

The names of FAT are written at once: CircuitPython writes its cache back after each. What is written to an open file is safe
only after flush or close.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.host.serial_board.vm import Event
from tests.host.transport.faulty import Tree


@dataclass(frozen=True)
class Operation:
    """what: create, write, sync, remove, rename, mkdir or rmdir. block: the exchanged block during which it happened; None:
    the board did it by itself, in boot.py or by losing power."""

    block: int | None
    what: str
    path: str
    at: int = 0  # of a write
    data: bytes = b""
    new: str = ""  # name of a rename

    @classmethod
    def of(cls, block: int, event: Event) -> Operation:
        what, path, *rest = event
        path = path.lstrip("/")
        if what == "write":
            return cls(block, what, path, at=rest[0], data=rest[1])
        if what == "rename":
            return cls(block, what, path, new=rest[0].lstrip("/"))
        return cls(block, what, path)

    def __str__(self) -> str:
        return " ".join(filter(None, (self.what, self.path, self.new)))


@dataclass(frozen=True)
class Moment:
    """The flash before an operation, or in the middle of one that writes (torn), and whether what was not synced is kept."""

    operation: Operation
    tree: Tree
    torn: bool = False
    kept: bool = True

    def __str__(self) -> str:
        where = "in" if self.torn else "before"
        return f"block {self.operation.block}, {where} {self.operation}, unsynced {'kept' if self.kept else 'lost'}"


class Disk:
    """The files of one board; a path is relative, with `/`. `operations` has all that was done to it."""

    def __init__(self, tree: Tree) -> None:
        self.first = dict(tree)
        self.operations: list[Operation] = []
        self._contents = _Contents(tree)

    def do(self, operation: Operation) -> None:
        self.operations.append(operation)
        self._contents.do(operation)

    def tree(self, keep_unsynced: bool = True) -> Tree:
        return self._contents.tree(keep_unsynced)

    def lose_power(self, keep_unsynced: bool) -> None:
        self.put(self.tree(keep_unsynced))

    def put(self, tree: Tree) -> None:
        """The board itself has made the content this."""
        now = self.tree()
        for operation in _difference(now, tree):
            self.do(operation)
        assert self.tree(keep_unsynced=False) == dict(sorted(tree.items()))

    def moments(self, start: int = 0) -> Iterator[Moment]:
        """What a power cut leaves, at each operation from this one on: one state that another has before it is left out."""
        contents = _Contents(self.first)
        last: Tree | None = None
        for number, operation in enumerate(self.operations):
            if number >= start and operation.block is not None:
                for torn in (False, True) if operation.what == "write" else (False,):
                    for kept in (True, False):
                        if torn and not kept:
                            continue  # as before it
                        tree = contents.torn(operation) if torn else contents.tree(kept)
                        if tree != last:
                            last = tree
                            yield Moment(operation, tree, torn, kept)
            contents.do(operation)


def _folders_of(tree: Tree) -> set[str]:
    folders = {path for path, content in tree.items() if content is None}
    for path in tree:
        parts = path.split("/")[:-1]
        folders |= {"/".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    return folders


def _difference(old: Tree, new: Tree) -> Iterator[Operation]:
    """What makes of one tree the other, with all of it on the flash."""
    gone, come = _folders_of(old) - _folders_of(new), _folders_of(new) - _folders_of(old)
    for path, content in old.items():
        if content is not None and new.get(path) is None:
            yield Operation(None, "remove", path)
    for path in sorted(gone, reverse=True):
        yield Operation(None, "rmdir", path)
    for path in sorted(come):
        yield Operation(None, "mkdir", path)
    for path, content in new.items():
        if content is not None and old.get(path) != content:
            yield Operation(None, "create", path)
            yield Operation(None, "write", path, data=content)
        if content is not None:
            yield Operation(None, "sync", path)


class _Contents:
    """Files as programs see them, and what of an open file is on the flash (None: not even its name)."""

    def __init__(self, tree: Tree) -> None:
        self._files: dict[str, bytes] = {path: data for path, data in tree.items() if data is not None}
        self._open: dict[str, bytes | None] = {}
        self._folders = _folders_of(tree)

    def do(self, operation: Operation) -> None:
        path = operation.path
        match operation.what:
            case "create":
                self._open.setdefault(path, self._files.get(path))
                self._files[path] = b""
            case "write":
                self._open.setdefault(path, self._files.get(path))
                self._files[path] = _written(self._files[path], operation.at, operation.data)
            case "sync":
                self._open.pop(path, None)
            case "remove":
                del self._files[path]
                self._open.pop(path, None)
            case "rename" if path in self._files:
                self._files[operation.new] = self._files.pop(path)
                if path in self._open:
                    self._open[operation.new] = self._open.pop(path)
            case "rename":
                self._move_folder(path, operation.new)
            case "mkdir":
                self._folders.add(path)
            case "rmdir":
                self._folders.discard(path)

    def tree(self, keep_unsynced: bool) -> Tree:
        files = dict(self._files)
        if not keep_unsynced:
            for path, content in self._open.items():
                if content is None:
                    del files[path]
                else:
                    files[path] = content
        full = {path.rpartition("/")[0] for path in [*files, *self._folders]}
        empty = {path: None for path in self._folders if path not in full}
        return dict(sorted({**files, **empty}.items()))

    def torn(self, operation: Operation) -> Tree:
        """In the middle of a write: half of it is there."""
        tree = self.tree(keep_unsynced=True)
        half = operation.data[: len(operation.data) // 2]
        tree[operation.path] = _written(self._files[operation.path], operation.at, half)
        return tree

    def _move_folder(self, old: str, new: str) -> None:
        for path in [path for path in self._files if path.startswith(f"{old}/")]:
            self._files[new + path[len(old) :]] = self._files.pop(path)
        moved = {path for path in self._folders if path == old or path.startswith(f"{old}/")}
        self._folders = self._folders - moved | {new + path[len(old) :] for path in moved}


def _written(content: bytes, at: int, data: bytes) -> bytes:
    content = content.ljust(at, b"\0")
    return content[:at] + data + content[at + len(data) :]
