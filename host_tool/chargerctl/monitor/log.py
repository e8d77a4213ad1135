# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The log file: every line with date and time, whatever the screen shows of it, appended and never cut.

    2026-11-26T12:31:05.123+00:00   [  12.345] ocpp   text of the board
    2026-11-26T12:31:09.500+00:00 * mark of the monitor

The sign before the text is `*` for a mark, `~` for the rest of a line above, else blank, so that no board can write a mark.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from chargerctl.errors import ChargerctlError
from chargerctl.files import refuse_other_than_file
from chargerctl.monitor.entries import Entry
from chargerctl.monitor.text import STARTED, plain_lines

_LOOKED_AT = 4 << 20  # bytes at its end, for the last start


class Log:
    """A context manager; ChargerctlError where the file cannot be written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        refuse_other_than_file(path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        try:
            # Console output tells who charged and when.
            self._file = os.open(path, flags, 0o600)
        except OSError as error:
            raise self._failure(error) from None

    def write(self, entries: Iterable[Entry]) -> None:
        text = "".join(f"{line}\n" for entry in entries for line in plain_lines(entry, dated=True))
        data = text.encode("utf-8", "backslashreplace")
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            raise self._failure(error) from None

    def _failure(self, error: OSError) -> ChargerctlError:
        return ChargerctlError(
            f"{self._path}: the log cannot be written: {error.strerror}; the board runs on"
        )

    def __enter__(self) -> Log:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        os.close(self._file)


def since_start(path: Path) -> list[str]:
    """The lines of a log from the board's last start on; empty where it has none, or no such file."""
    lines = last_lines(path)
    starts = [number for number, line in enumerate(lines) if STARTED.match(line)]
    return lines[starts[-1] :] if starts else []


def last_lines(path: Path) -> list[str]:
    """The lines of the last 4 MB; empty where there is no such file."""
    refuse_other_than_file(path)  # a pipe would block
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            begin = max(0, file.tell() - _LOOKED_AT)
            file.seek(begin)
            return file.read(_LOOKED_AT).decode(errors="replace").rstrip("\n").split("\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ChargerctlError(f"{path}: cannot be read: {error.strerror}") from None
