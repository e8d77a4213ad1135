# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the lines of the log tell about a charger. What no line tells is None: nothing is guessed.

The firmware writes no line about the cable, nor about the energy while it flows.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from chargerctl.monitor.entries import BoardLine, Entry, Failed, Note, Started

_FRAMES = 4
# The phases in which the cable certainly is in, or out.
_PLUGGED = {"Charging": True, "Available": False}
_WELDED = "PowerSwitchFailure"


@dataclass
class Charger:
    """Times are the laptop's, in Unix seconds; energies in Wh."""

    connected: bool = False
    heard_at: float | None = None
    started_at: float | None = None
    reset: str | None = None
    firmware: str | None = None
    board: str | None = None
    phase: str | None = None
    fault: str | None = None
    relay: str | None = None
    card: str | None = None
    charging_since: float | None = None
    start_wh: int | None = None
    last_session_wh: int | None = None
    wifi: str | None = None
    address: str | None = None
    broker: str | None = None
    central: str | None = None
    unix: tuple[int, float] | None = None  # the board's time, and when it had it
    memory: str | None = None
    trouble: str | None = None
    frames: deque[str] = field(default_factory=lambda: deque(maxlen=_FRAMES))

    @property
    def plugged(self) -> bool | None:
        return _PLUGGED.get(self.phase or "")

    @property
    def shown_phase(self) -> str | None:
        """A fault outranks every phase."""
        return "Faulted" if self.fault else self.phase

    @property
    def welded(self) -> bool:
        return self.fault == _WELDED

    def see(self, entry: Entry) -> None:
        match entry:
            case BoardLine():
                self._read(entry)
            case Started():
                self._start(entry)
            case Failed():
                self.trouble = entry.located.summary
            case Note(kind="connected" | "lost" as kind):
                self.connected = kind == "connected"

    def _start(self, started: Started) -> None:
        start = started.start
        fresh = Charger(
            connected=True, started_at=started.at, reset=start.reason or "not seen", trouble=self.trouble
        )
        # The program drives the relay open before anything else.
        fresh.relay = "open: start"
        fresh.firmware = start.firmware or self.firmware
        fresh.board = start.board or self.board
        self.__dict__.update(fresh.__dict__)

    def _read(self, line: BoardLine) -> None:
        self.heard_at = line.at
        said = line.said
        if line.continues or not said.tag:
            return
        if said.tag == "ocpp":
            self.frames.append(said.message)
        for pattern, take in _LINES.get(said.tag, ()):
            if found := pattern.match(said.message):
                take(self, found, line.at)
                return


_Take = Callable[[Charger, re.Match[str], float], None]


def _phase(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.phase = found[2]
    if found[2] == "Available":
        charger.card = None


def _fault(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.fault = found[1]


def _no_fault(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.fault = None


def _unavailable(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.phase = "Unavailable"
    charger.trouble = found[0]


def _relay(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.relay = found[0]


def _card(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.card = found[0]


def _begin(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.charging_since, charger.start_wh = at, int(found[1])


def _end(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.last_session_wh = None if charger.start_wh is None else int(found[1]) - charger.start_wh
    charger.charging_since = charger.start_wh = None


def _joined(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.wifi, charger.address = found[1], found[2]


def _left(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.wifi = charger.address = charger.broker = None


def _broker(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.broker = found[1]


def _no_broker(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.broker = None
    charger.trouble = found[0]


def _registered(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.central = found[1]


def _time(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.unix = int(datetime.fromisoformat(found[1]).timestamp()), at


def _memory(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.memory = found[0].rpartition("; ")[2]


# Of each subsystem: lines, and what they say.
_LINES: dict[str, tuple[tuple[re.Pattern[str], _Take], ...]] = {
    tag: tuple((re.compile(pattern), take) for pattern, take in lines)
    for tag, lines in {
        "state": [(r"(\w+) -> (\w+)\Z", _phase)],
        "safety": [(r"fault latched: (\w+)", _fault), (r"fault cleared: ", _no_fault)],
        "config": [(r".*: the charger stays Unavailable", _unavailable)],
        "relay": [(r"closed\Z|open: .*", _relay)],
        "card": [(r"[0-9A-F]{8,20}\Z", _card)],
        "ocpp": [
            (r"transaction started by .* at (\d+) Wh\Z", _begin),
            (r"transaction stopped \(\w+\) at (\d+) Wh\Z", _end),
            (r"BootNotification (\w+), ", _registered),
        ],
        "wifi": [(r"Connected to (.*), address (\S+)\Z", _joined), (r"Connection to .* lost", _left)],
        "mqtt": [(r"Connected to broker (.*)", _broker), (r".*, next try in \d+ s", _no_broker)],
        "clock": [(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) from ", _time)],
        "memory": [(r".*bytes free.*", _memory)],
    }.items()
}
