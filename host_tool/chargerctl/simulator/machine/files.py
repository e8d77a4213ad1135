# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An open file on the board's drive: what is written stays in RAM until it is flushed, at flash's cost.

What a power cut leaves: a file as of its last flush or close (a new one is empty). The 4 KB being written when the
power goes read 0xFF where they were in the file before, since flash is erased first; the blocks before are new.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chargerctl.simulator.python.errors import os_error

if TYPE_CHECKING:
    from chargerctl.simulator.machine.drive import Drive

BLOCK = 4096


class File:
    """A file object of CircuitPython, text or binary. Text is UTF-8 without translation of line ends."""

    def __init__(self, drive: Drive, path: Path, mode: str) -> None:
        flags = set(mode)
        if len(flags) != len(mode) or not flags <= set("rwxabt+") or len(flags & set("rwxa")) > 1:
            raise ValueError("invalid mode")
        self._drive = drive
        self._path = path
        self._binary = "b" in flags
        self._readable = not flags & set("wxa") or "+" in flags
        self._writable = bool(flags & set("wxa+"))
        self._dirty: set[int] = set()
        self._closed = False
        if self._writable:
            drive.check_writable()
        if flags & set("wx"):
            if "x" in flags and path.exists():
                raise os_error("EEXIST")
            drive.replace_content(path, b"")
        elif "a" in flags and not path.exists():
            drive.replace_content(path, b"")
        self._data = bytearray(drive.content(path))
        self._position = len(self._data) if "a" in flags else 0
        drive.opened(self)

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
        self._check(self._readable)
        if not self._binary and size >= 0:
            return self._read_characters(size)
        end = len(self._data) if size is None or size < 0 else self._position + size
        return self._take(end)

    def readinto(self, buffer: Any, nbytes: int = -1) -> int:
        self._check(self._readable)
        view = memoryview(buffer)
        size = len(view) if nbytes < 0 else min(nbytes, len(view))
        piece = self._data[self._position : self._position + size]
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def readline(self, size: int = -1) -> Any:
        self._check(self._readable)
        end = self._data.find(b"\n", self._position) + 1 or len(self._data)
        if size is not None and size >= 0:
            end = min(end, self._position + size)
        return self._take(end)

    def readlines(self) -> list[Any]:
        return list(self)

    def write(self, data: Any) -> int:
        self._check(self._writable)
        if isinstance(data, str) == self._binary:
            raise TypeError("can't convert to str implicitly" if self._binary else "string required")
        raw = data.encode() if isinstance(data, str) else bytes(data)
        end = self._position + len(raw)
        if self._position > len(self._data):
            self._data += bytes(self._position - len(self._data))
        self._data[self._position : end] = raw
        if raw:
            self._dirty.update(range(self._position // BLOCK, (end - 1) // BLOCK + 1))
        self._position = end
        return len(data)

    def flush(self) -> None:
        self._check(True)
        if self._dirty:
            dirty, self._dirty = sorted(self._dirty), set()
            self._drive.write_blocks(self._path, bytes(self._data), dirty)

    def close(self) -> None:
        if not self._closed:
            self.flush()
            self.drop()

    def drop(self) -> None:
        """Close without writing: the VM, or the power, is gone."""
        self._closed = True
        self._drive.closed(self)

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
        if self._binary:
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
