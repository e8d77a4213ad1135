# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An open file on the board's drive: what is written stays in RAM until it is flushed, at flash's cost.

As in FatFs, whole sectors of 512 bytes pass through to the buffer of the drive, which os.sync() writes, too; a sector that
is written in part, and the file's length, wait for flush() or close(). Not modelled: the drive also writes its buffer by
itself after a second.

What a power cut leaves: a file as of its last flush, close or sync (a new one is empty). Of the 4 KB being written when the
power goes, what was there before may be blank, partly new or torn at a sector (flash.py); the blocks before are new. The
file's length changes last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chargerctl.simulator.machine.errors import os_error
from chargerctl.simulator.machine.flash import BLOCK, SECTOR


class Mode:
    """The mode that open() is given. Raises ValueError."""

    def __init__(self, text: str) -> None:
        flags = set(text)
        if len(flags) != len(text) or not flags <= set("rwxabt+") or len(flags & set("rwxa")) > 1:
            raise ValueError("invalid mode")
        self.binary = "b" in flags
        self.readable = not flags & set("wxa") or "+" in flags
        self.writable = bool(flags & set("wxa+"))
        self.creates = bool(flags & set("wxa"))
        self.appends = "a" in flags
        self.must_be_new = "x" in flags


@dataclass(frozen=True)
class Storage:
    """Where an open file is kept: `write` takes the whole content, the 4 KB blocks of it that changed, and whether its
    length is written, too."""

    read: Callable[[], bytes]
    write: Callable[[bytes, list[int], bool], object]
    closed: Callable[[File], object]


class File:
    """A file object of CircuitPython, text or binary. Text is UTF-8 without translation of line ends."""

    def __init__(self, content: bytes, mode: Mode, storage: Storage) -> None:
        self._data = bytearray(content)
        self._mode = mode
        self._storage = storage
        self._position = len(content) if mode.appends else 0
        self._dirty: set[int] = set()
        # The sector that is written in part.
        self._begun: int | None = None
        self._closed = False

    def __enter__(self) -> File:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def read(self, size: int = -1) -> Any:
        self._check(self._mode.readable)
        if not self._mode.binary and size >= 0:
            return self._read_characters(size)
        end = len(self._data) if size is None or size < 0 else self._position + size
        return self._take(end)

    def readinto(self, buffer: Any, nbytes: int = -1) -> int:
        self._check(self._mode.readable)
        view = memoryview(buffer)
        size = len(view) if nbytes < 0 else min(nbytes, len(view))
        piece = self._data[self._position : self._position + size]
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def readline(self, size: int = -1) -> Any:
        self._check(self._mode.readable)
        end = self._data.find(b"\n", self._position) + 1 or len(self._data)
        if size is not None and size >= 0:
            end = min(end, self._position + size)
        return self._take(end)

    def readlines(self) -> list[Any]:
        return list(self)

    def write(self, data: Any) -> int:
        self._check(self._mode.writable)
        if isinstance(data, str) == self._mode.binary:
            raise TypeError("can't convert to str implicitly" if self._mode.binary else "string required")
        raw = data.encode() if isinstance(data, str) else bytes(data)
        end = self._position + len(raw)
        if self._position > len(self._data):
            self._data += bytes(self._position - len(self._data))
        self._data[self._position : end] = raw
        if raw:
            self._dirty.update(range(self._position // BLOCK, (end - 1) // BLOCK + 1))
            last = (end - 1) // SECTOR
            self._begun = None if end % SECTOR == 0 and self._position <= last * SECTOR else last
        self._position = end
        return len(data)

    def flush(self) -> None:
        self._check(True)
        if self._dirty:
            dirty, self._dirty, self._begun = sorted(self._dirty), set(), None
            self._storage.write(bytes(self._data), dirty, True)

    def sync(self) -> None:
        """The drive writes its own buffer: all but the sector that was begun, and the length."""
        if not self._dirty:
            return
        there, content = self._storage.read(), bytearray(self._data)
        if self._begun is not None:
            sector = slice(self._begun * SECTOR, (self._begun + 1) * SECTOR)
            content[sector] = there[sector]
        self._storage.write(bytes(content), sorted(self._dirty), False)
        if self._begun is None and len(self._data) == len(there):
            self._dirty.clear()

    def close(self) -> None:
        if not self._closed:
            self.flush()
            self.drop()

    def drop(self) -> None:
        """Close without writing: the VM, or the power, is gone."""
        self._closed = True
        self._storage.closed(self)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._check(True)
        base = (0, self._position, len(self._data))[whence]
        if base + offset < 0:
            raise os_error("EINVAL")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        self._check(True)
        return self._position

    def _check(self, allowed: bool) -> None:
        if self._closed:
            raise os_error("EINVAL")
        if not allowed:
            raise os_error("EACCES")

    def _take(self, end: int) -> Any:
        piece = bytes(self._data[self._position : end])
        self._position += len(piece)
        if self._mode.binary:
            return piece
        try:
            return piece.decode()
        except UnicodeDecodeError:
            raise UnicodeError("Invalid UTF-8") from None

    def _read_characters(self, count: int) -> str:
        try:
            text = self._data[self._position :].decode()[:count]
        except UnicodeDecodeError:
            raise UnicodeError("Invalid UTF-8") from None
        self._position += len(text.encode())
        return text
