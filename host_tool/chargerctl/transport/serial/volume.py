# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The files of a board at the end of a serial line, as a Volume."""

from __future__ import annotations

import errno
import hashlib
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

from chargerctl.errors import ChargerctlError
from chargerctl.transport.names import DEEPEST, MOST
from chargerctl.transport.serial.board import Board, BoardError
from chargerctl.transport.serial.frames import PIECE, PLACE, ROOM
from chargerctl.transport.volume import LARGEST, Listing, TooMuchError

_BLOCK = 8192  # bytes that are compressed together: the board needs them twice in its memory
_READ = 384  # bytes of a file in one answer
_RESTARTS = 5  # of one file
_HASHES = 6  # files in one request
_SLOWEST = 20_000  # bytes a second that a board hashes or inflates at least


_Given = ParamSpec("_Given")
_Got = TypeVar("_Got")


def _plainly(method: Callable[_Given, _Got]) -> Callable[_Given, _Got]:
    """What the board refuses becomes the OSError that this system has for it, such as FileNotFoundError."""

    @wraps(method)
    def plain(*given: _Given.args, **named: _Given.kwargs) -> _Got:
        try:
            return method(*given, **named)
        except BoardError as error:
            path = next((each for each in given[1:] if isinstance(each, str)), None)
            raise OSError(error.errno, error.strerror, path) from None
        except (ValueError, IndexError) as error:  # an answer that no helper of ours gives
            raise OSError(errno.EIO, "the board gives wrong answers") from error

    return plain


class SerialVolume:
    """Every change is on the medium when it returns: the board's file system syncs with each."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._inflates = board.facts.inflates
        self._known: dict[str, tuple[int, bytes]] = {}  # hashes of files that the board has read back

    @property
    def name(self) -> str:
        return self._board.name

    @property
    @_plainly
    def cluster(self) -> int:
        return self._space()[0]

    @_plainly
    def free(self) -> int:
        _, block, blocks = self._space()
        return block * blocks

    @_plainly
    def list(self) -> Listing:
        files: dict[str, int] = {}
        folders: set[str] = set()
        others: dict[str, str] = {}
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            for name, size in self._entries(folder):
                path = f"{folder}/{name}" if folder else name
                if path.count("/") >= DEEPEST:
                    raise TooMuchError(f"its folders are more than {DEEPEST} deep")
                if size >= 0:
                    files[path] = size
                else:
                    folders.add(path)
                    waiting.append(path)
                if len(files) + len(folders) > MOST:
                    raise TooMuchError(f"it has more than {MOST:,} files and folders")
        return Listing(files, folders, others)

    @_plainly
    def read(self, path: str, likely: bytes | None = None) -> bytes:
        if likely is not None and _hash_of(likely) == (self._known.get(path) or self._hashes([path])[0]):
            return likely
        content = bytearray()
        while True:
            part = self._ask("r", path, b"%d" % len(content), b"%d" % _READ)
            content += part
            if len(part) < _READ:
                return bytes(content)
            if len(content) > LARGEST:
                raise TooMuchError(f"its file {path} is larger")

    @_plainly
    def differing(self, files: Mapping[str, bytes]) -> Iterator[str]:
        """What this has written, the board has read back when it was closed: by then it was on the flash."""
        unknown = {path: content for path, content in files.items() if path not in self._known}
        found = dict(self._known)
        for batch in _batches(unknown):
            hashes = self._hashes(batch, sum(len(unknown[path]) for path in batch))
            found.update(zip(batch, hashes, strict=True))
        return iter([path for path, content in files.items() if found[path] != _hash_of(content)])

    @_plainly
    def write(self, path: str, content: bytes) -> None:
        self._known.pop(path, None)
        for _ in range(_RESTARTS):
            try:
                self._write(path, content)
                return
            except BoardError as error:
                if (
                    error.errno != errno.EBADF
                ):  # the board has restarted, and the file is not open there any more
                    raise
        raise ChargerctlError(
            f"{path} cannot be written: the board at {self.name} restarts again and again, or its flash fails: look at its "
            "power supply, then run this again"
        )

    def make_private(self, path: str) -> None:
        """FAT knows no owners."""

    @_plainly
    def sync(self, paths: Iterable[str]) -> None:
        self._ask("s")

    @_plainly
    def rename(self, source: str, target: str) -> None:
        self._known.pop(source, None)
        try:
            self._ask("n", source, target)
        except BoardError as error:
            # Asked again because no answer came: the first may have done it.
            if not (error.again and self._is_there(target) and not self._is_there(source)):
                raise

    @_plainly
    def remove(self, path: str) -> None:
        self._known.pop(path, None)
        try:
            self._ask("u", path)
        except BoardError as error:
            if not (error.again and error.errno == errno.ENOENT):
                raise

    @_plainly
    def make_folder(self, path: str) -> None:
        try:
            self._ask("m", path)
        except BoardError as error:
            if not (error.again and error.errno == errno.EEXIST):
                raise

    @_plainly
    def remove_folder(self, path: str) -> None:
        try:
            self._ask("q", path)
        except BoardError as error:
            if error.again and error.errno == errno.ENOENT:
                return
            if error.errno == errno.EACCES and any(self._entries(path)):
                raise BoardError(errno.ENOTEMPTY, error.again) from None
            raise

    def _write(self, path: str, content: bytes) -> None:
        if not (self._inflates and self._written_packed(path, content)):
            first = content[: max(0, ROOM - len(path.encode(errors="surrogateescape")) - 1)]
            self._ask("o", path, first)
            self._send("w", content[len(first) :])
        found = _records(self._ask("c", slow=len(content)))[0]
        if found != _hash_of(content):
            raise BoardError(errno.EBADF, True)
        self._known[path] = found

    def _written_packed(self, path: str, content: bytes) -> bool:
        """False where that would be more to send, or the board has no memory for it."""
        blocks = {at: content[at : at + _BLOCK] for at in range(0, len(content), _BLOCK)}
        packed = {at: zlib.compress(block, 9) for at, block in blocks.items()}
        if sum(map(len, packed.values())) + 32 * len(blocks) >= len(content):
            return False
        self._ask("o", path, b"")
        for at, data in packed.items():
            self._send("z", data)
            try:
                self._ask("d", b"%d" % at, slow=len(blocks[at]))
            except BoardError as error:
                if error.errno != errno.ENOMEM:
                    raise
                self._inflates = False
                return False
        return True

    def _send(self, verb: str, data: bytes) -> None:
        for number, at in enumerate(range(0, len(data), PIECE)):
            self._board.ask(verb, number.to_bytes(PLACE, "big") + data[at : at + PIECE])

    def _ask(self, verb: str, *arguments: str | bytes, slow: int = 0) -> bytes:
        """slow: bytes that the board has to work through."""
        parts = [
            each.encode(errors="surrogateescape") if isinstance(each, str) else each for each in arguments
        ]
        whole = b"\0".join(parts)
        if len(whole) > ROOM:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), arguments[0])
        return self._board.ask(verb, whole, 3.0 + slow / _SLOWEST)

    def _entries(self, folder: str) -> Iterator[tuple[str, int]]:
        at = 0
        while True:
            after, *entries = self._ask("l", folder, b"%d" % at).decode(errors="surrogateescape").split("\0")
            for entry in entries:
                size, _, name = entry.partition(" ")
                if name and "/" not in name:
                    yield name, int(size)
            if not int(after):
                return
            if int(after) <= at or at > MOST:
                raise TooMuchError(f"it has more than {MOST:,} files and folders")
            at = int(after)

    def _hashes(self, paths: Sequence[str], size: int = 1 << 16) -> Sequence[tuple[int, bytes]]:
        """Size and SHA-256 of each, as the board computes them."""
        return _records(self._ask("h", *paths, slow=size))

    def _is_there(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        try:
            return name in dict(self._entries(folder))
        except BoardError:
            return False

    def _space(self) -> tuple[int, int, int]:
        cluster, block, blocks = map(int, self._ask("f").split())
        return cluster, block, blocks


def _records(data: bytes) -> Sequence[tuple[int, bytes]]:
    if len(data) % 36:
        raise ValueError(f"{len(data)} bytes are no records")
    return [
        (int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 36]) for at in range(0, len(data), 36)
    ]


def _hash_of(content: bytes) -> tuple[int, bytes]:
    return len(content), hashlib.sha256(content).digest()


def _batches(files: Mapping[str, bytes]) -> Iterator[list[str]]:
    """Paths that fit in one request, and whose hashes take a board no longer than it may be silent."""
    batch: list[str] = []
    for path in files:
        if batch and (len(batch) == _HASHES or sum(len(each.encode()) + 1 for each in (*batch, path)) > ROOM):
            yield batch
            batch = []
        batch.append(path)
    if batch:
        yield batch
