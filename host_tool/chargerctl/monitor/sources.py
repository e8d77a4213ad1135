# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A board's console as a stream that vanishes and returns: it is opened again, by whatever name the board then has.

Nothing is ever sent from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from chargerctl.errors import ChargerctlError

# A console that nobody reads costs the board's program up to 200 ms a write (USB-Serial/JTAG): it is opened again soon.
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 1.0
_READ_S = 0.25


class Stream(Protocol):
    """What a way to a console offers."""

    def read(self, timeout_s: float) -> bytes:
        """What has arrived, b"" where nothing has within the time. OSError when the board is gone."""

    def write(self, data: bytes) -> object:
        """OSError when the board is gone."""

    def close(self) -> object:
        """Never fails."""


@dataclass(frozen=True, slots=True)
class Connected:
    stream: Stream
    to: str  # the name under which it was found


@dataclass(frozen=True, slots=True)
class Lost:
    why: str


Happening: TypeAlias = Connected | Lost | bytes
# Opens the console: (stream, its name). OSError or ChargerctlError where the board is not there.
Opener = Callable[[], tuple[Stream, str]]


def happenings(open_console: Opener, stopped: Callable[[float], bool]) -> Iterator[Happening]:
    """Connected, what was read (b"" now and then where nothing comes), Lost, Connected …, until stopped.

    stopped(seconds): waits for so long at most, then tells whether to stop. The first time that a console cannot be opened
    is a ChargerctlError; later it is tried again, without end.
    """
    try:
        stream, name = open_console()
    except OSError as error:
        raise ChargerctlError(error.strerror or str(error)) from error
    while True:
        yield Connected(stream, name)
        why = ""
        try:
            while not stopped(0):
                yield stream.read(_READ_S)
        except OSError as error:
            why = error.strerror or str(error) or type(error).__name__
        finally:
            stream.close()
        if stopped(0):
            return
        yield Lost(why)
        found = _again(open_console, stopped)
        if found is None:
            return
        stream, name = found


def _again(open_console: Opener, stopped: Callable[[float], bool]) -> tuple[Stream, str] | None:
    """The stream, None when it is time to stop."""
    pause_s = _FIRST_PAUSE_S
    while not stopped(pause_s):
        try:
            return open_console()
        except (OSError, ChargerctlError):
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
    return None
