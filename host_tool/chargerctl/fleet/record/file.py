# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The record of a fleet: a file of JSON lines, the first about the fleet, then one for each frame and each connection.

    {"record": "chargerctl fleet 1", "seed": 7, "prefix": "fleet", "chargers": 2, "start": 1795332600}
    {"t": 0.905, "s": "fleet-00001", "d": "up"}
    {"t": 0.920, "s": "fleet-00001", "d": "out", "f": "[2,\\"…\\",\\"BootNotification\\",{…}]"}

t: seconds since the start; d: out (of the charger) and in, with the frame in f as it was; up and down: its connection. A
file whose name ends in .gz is compressed.
"""

from __future__ import annotations

import gzip
import heapq
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from chargerctl.errors import ChargerctlError, InputError

FORMAT = "chargerctl fleet 1"
OUT, IN, UP, DOWN = "out", "in", "up", "down"
_LONGEST = 1 << 20  # characters of a line
_LATEST_US = 366 * 86_400_000_000  # a year: what is later is a mistake, and would be waited for


@dataclass(frozen=True, order=True)
class Entry:
    """us: since the start, a year at most; frame: "" for up and down. number: of its line, where it was read."""

    us: int
    serial: str
    what: str
    frame: str = ""
    number: int = field(default=0, compare=False)

    def line(self) -> str:
        about: dict[str, Any] = {"t": self.us / 1e6, "s": self.serial, "d": self.what}
        return json.dumps({**about, "f": self.frame} if self.frame else about) + "\n"


class Writer:
    """Writes as it comes: there is never more in memory than a buffer. All raise ChargerctlError where that fails."""

    def __init__(self, path: Path, about: dict[str, Any]) -> None:
        self._path = path
        self._failure: ChargerctlError | None = None
        try:
            self._file = _open(path, "wt")
        except OSError as error:
            raise self._failed(error) from error
        self._write(json.dumps({"record": FORMAT, **about}) + "\n")

    def add(self, entry: Entry) -> None:
        self._write(entry.line())

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            raise self._failed(error) from error

    def _write(self, text: str) -> None:
        if self._failure is not None:
            raise self._failure
        try:
            self._file.write(text)
        except OSError as error:
            self._failure = self._failed(error)
            with suppress(OSError):
                self._file.close()
            raise self._failure from error

    def _failed(self, error: OSError) -> ChargerctlError:
        return ChargerctlError(
            f"{self._path}: the record cannot be written: {error.strerror or error}; free space or name another file, "
            "with .gz at its end for a tenth of the size"
        )


class Reader:
    """about: the first line. InputError for a file that is none, with the number of the line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = 0
        if path.exists() and not path.is_file():
            raise InputError(f"{path}: is a folder, a pipe or a device, not a file")
        try:
            self._file = _open(path, "rt")
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
        try:
            self.about = self._object() or {}
            if self.about.get("record") != FORMAT:
                raise self._wrong("the first line of a record of chargerctl fleet is missing")
        except InputError:
            self.close()
            raise

    def __iter__(self) -> Iterator[Entry]:
        """In the order of their times."""
        while (found := self._object()) is not None:
            try:
                us = round(found["t"] * 1e6)
                entry = Entry(us, found["s"], found["d"], found.get("f", ""), self._number)
            except (KeyError, TypeError, ValueError, OverflowError):
                entry = None
            if (
                entry is None
                or not 0 <= entry.us <= _LATEST_US
                or entry.what not in (OUT, IN, UP, DOWN)
                or not isinstance(entry.serial, str)
                or not isinstance(entry.frame, str)
            ):
                raise self._wrong("no entry of a record")
            yield entry

    def close(self) -> None:
        self._file.close()

    def _object(self) -> dict[str, Any] | None:
        self._number += 1
        try:
            line = self._file.readline(_LONGEST)
            found = json.loads(line) if line else None
        except (OSError, EOFError, zlib.error, ValueError, RecursionError):
            raise self._wrong("cannot be read: it is damaged, or was cut off") from None
        if found is not None and not isinstance(found, dict):
            raise self._wrong("no entry of a record")
        return found

    def wrong(self, why: str, number: int = 1) -> InputError:
        """number: of the line that is wrong."""
        return InputError(f"{self._path}:{number}: {why}")

    def _wrong(self, why: str) -> InputError:
        return self.wrong(why, self._number)


def part(path: Path, worker: int, workers: int) -> Path:
    """Where one of several processes writes."""
    return path if workers == 1 else path.with_name(f"{path.stem}.{worker + 1}-of-{workers}{path.suffix}")


def join(path: Path, parts: Sequence[Path]) -> None:
    """Parts to one file, by their times; then they are deleted. InputError, ChargerctlError."""
    with ExitStack() as opened:
        readers = [Reader(each) for each in parts]
        for reader in readers:
            opened.callback(reader.close)
        writer = Writer(path, {key: value for key, value in readers[0].about.items() if key != "record"})
        opened.callback(writer.close)
        for entry in heapq.merge(*readers):
            writer.add(entry)
    for each in parts:
        each.unlink()


def _open(path: Path, mode: str) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, mode, encoding="utf-8", newline="\n", compresslevel=4)  # type: ignore[return-value]
    return path.open(mode, encoding="utf-8", newline="\n")
