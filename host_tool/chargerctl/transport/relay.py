# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The question at a board's console whether its relay is open and stays so, and the answer (firmware/charger/maintenance.py
and firmware/hold.py). Pure: bytes to type, text to read; the console and the time are handed in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from chargerctl.transport.lines import Lines

HOLD = b"\r?hold\r"  # asks, and holds the relay open for the minutes of a deploy
LOOK = b"\r?relay\r"  # only asks
FREE = b"\r?free\r"  # ends the hold

SILENT = (
    "another program, an older charger, or one with [safety] max_stall_ms below 250 whose relay is closed"
)

_AWAY_S = 2.0  # until a console has given what it kept
_QUIET_S = 0.3  # after which nothing more of that comes
_BY_HOLD_PY = "by hold.py"
_MOST = 1 << 16  # bytes of a console that says something else
_LOGGED = r"(?:\[ *\d+\.\d{3}\] )?asked  "
_ANSWER = re.compile(
    _LOGGED + r"relay (open|closed|unknown), (transaction|no transaction), "
    r"(?:held open ([^\r\n]{1,40})|not held)"
)
_TAGGED = re.compile(_LOGGED)
_ABOUT = re.compile(
    r"firmware (\S{1,80}), serial (.{1,80}?), up (\d{1,9}) s, fault ([^,]{1,60}), crashes (\d{1,6})"
)
_Found = TypeVar("_Found")


class Console(Protocol):
    def read(self, timeout_s: float) -> bytes:
        """What has come, b"" when nothing did in this time. OSError when it is gone."""

    def write(self, data: bytes) -> None:
        """OSError when it is gone."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Relay:
    """What the board said. relay: open, closed or unknown. held: how, such as "for 5 min"; "" where nothing does."""

    relay: str
    transaction: bool
    held: str

    @property
    def stays_open(self) -> bool:
        return self.relay == "open" and not self.transaction and self.held != ""

    @property
    def by_hold_py(self) -> bool:
        """The charger is not running: hold.py holds until the deploy is finished."""
        return self.stays_open and not self.by_charger

    @property
    def by_charger(self) -> bool:
        """It is the charger that answers, not hold.py."""
        return self.held != _BY_HOLD_PY

    @property
    def _in_use(self) -> bool:
        return self.transaction or self.relay == "closed"

    def __str__(self) -> str:
        if self.relay == "unknown":
            return "no charger runs there, and no relay pin is known"
        transaction = "a transaction is running" if self.transaction else "no transaction is running"
        said = f"the relay is {self.relay}, {transaction}"
        if self.stays_open or self._in_use:
            return said
        return f"{said}, but the charger is about to close it or to free the cable"

    @property
    def remedy(self) -> str:
        """What to do where the relay does not stay open."""
        if self.relay == "unknown":
            return "make sure that no vehicle is connected, then deploy with --drive or --port"
        return f"run this again {'when the charge has ended' if self._in_use else 'in a minute'}"


class Listening:
    """Finds answers in what a console prints from now on, however it is cut up."""

    def __init__(self) -> None:
        self._lines = Lines()

    def feed(self, data: bytes) -> Relay | None:
        """The last complete answer in what has come."""
        lines = (line.text for line in self._lines.feed(data) if line.ended and not line.continues)
        found = [match.groups() for text in lines if (match := _ANSWER.fullmatch(text))]
        if not found:
            return None
        relay, transaction, held = found[-1]
        return Relay(relay, transaction == "transaction", held or "")


def answer_in(text: str) -> Relay | None:
    """The last complete answer in this text."""
    return Listening().feed(text.encode())


@dataclass(frozen=True)
class About:
    """What a charger says of itself when it is asked `?relay`. up_s: seconds since its start; fault: "" for none."""

    firmware: str
    serial: str
    up_s: int
    fault: str
    crashes: int


def about(text: str) -> About | None:
    """In what follows the tag `asked` of a line."""
    found = _ABOUT.match(text)
    if not found:
        return None
    firmware, serial, up_s, fault, crashes = found.groups()
    return About(firmware, serial, int(up_s), "" if fault == "None" else fault, int(crashes))


def listening_for_about() -> Callable[[bytes], About | None]:
    """Finds in what a console prints from now on, however it is cut up, who runs there."""
    lines = Lines()

    def found_in(data: bytes) -> About | None:
        whole = (line.text for line in lines.feed(data) if line.ended and not line.continues)
        said = (about(text[tag.end() :]) for text in whole if (tag := _TAGGED.match(text)))
        return next(filter(None, said), None)

    return found_in


def read_away(console: Console, now: Callable[[], float]) -> None:
    """What the console still has, such as the answer to a question that nobody has waited for: an old promise is none.

    With a key first, since a charger that nobody has read prints nothing until somebody types.
    """
    end = now() + _AWAY_S
    console.write(b"\r")
    while (left := end - now()) > 0 and console.read(min(left, _QUIET_S)):
        pass


def ask(
    console: Console,
    question: bytes,
    find: Callable[[bytes], _Found | None],
    now: Callable[[], float],
    within_s: float,
) -> _Found | None:
    """What find() finds in what the console then says; None where it finds nothing in this time. OSError."""
    end, size = now() + within_s, 0
    console.write(question)
    while (left := end - now()) > 0 and size < _MOST:
        data = console.read(min(left, 1.0))
        size += len(data)
        if found := find(data):
            return found
    return None
