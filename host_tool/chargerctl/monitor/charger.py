# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the lines of the log tell about a charger. What no line tells is None: nothing is guessed.

Cable, and the energy while it flows, are in the line `view` alone, which the charger writes when it is asked `?relay`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from chargerctl.monitor.entries import BoardLine, Entry, Failed, Note, Started
from chargerctl.transport.relay import about

_FRAMES = 4
# What a phase says about the cable; others say nothing about it.
_CABLE = {"Charging": "in", "Available": "out", "Preparing": None, "Faulted": None, "Unavailable": None}
_WELDED = "PowerSwitchFailure"


@dataclass
class Charger:
    """Times are the laptop's, in Unix seconds; energies in Wh. whole: its lines were read from its start on. address: "" for
    none, as after a start."""

    connected: bool = False
    whole: bool = False
    heard_at: float | None = None
    started_at: float | None = None
    reset: str | None = None
    firmware: str | None = None
    board: str | None = None
    phase: str | None = None
    fault: str | None = None
    relay: str | None = None
    cable: str | None = None
    serial: str | None = None
    card: str | None = None
    charging_since: float | None = None
    start_wh: int | None = None
    energy_wh: int | None = None  # of this charge, when it was last told
    last_session_wh: int | None = None
    wifi: str | None = None
    address: str | None = None
    broker: str | None = None
    online: bool | None = None
    central: str | None = None
    unix: tuple[int, float] | None = None  # the board's time, and when it had it
    memory: str | None = None
    trouble: str | None = None
    frames: deque[str] = field(default_factory=lambda: deque(maxlen=_FRAMES))

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
        fresh.relay = "open"
        fresh.whole, fresh.address = True, ""
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
    charger.cable = _CABLE.get(found[2], charger.cable)
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
    charger.charging_since, charger.start_wh, charger.energy_wh = at, int(found[1]), None


def _end(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.last_session_wh = None if charger.start_wh is None else int(found[1]) - charger.start_wh
    charger.charging_since = charger.start_wh = charger.energy_wh = None


def _joined(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.wifi, charger.address = found[1], found[2]


def _left(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.wifi = charger.broker = None
    charger.address, charger.online = "", False


def _broker(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.broker, charger.online = found[1], True


def _no_broker(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.broker, charger.online = None, False
    charger.trouble = found[0]


def _registered(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.central = found[1]


def _time(charger: Charger, found: re.Match[str], at: float) -> None:
    with suppress(ValueError):  # no such day
        charger.unix = int(datetime.fromisoformat(found[1]).timestamp()), at


def _memory(charger: Charger, found: re.Match[str], at: float) -> None:
    """As short as its row."""
    charger.memory = re.sub("with the radio open | outside the heap", "", found[0].rpartition("; ")[2])


def _view(charger: Charger, found: re.Match[str], at: float) -> None:
    charger.phase, charger.cable = found["phase"], found["cable"]
    if found["relay"] != (charger.relay or "").partition(":")[0]:
        charger.relay = found["relay"]
    charger.online = found["online"] == "yes"
    if not charger.online:
        charger.broker = None
    if found["energy"] == "None":
        charger.charging_since = charger.energy_wh = None
    else:
        charger.charging_since, charger.energy_wh = at - int(found["elapsed"]), int(found["energy"])


def _asked(charger: Charger, found: re.Match[str], at: float) -> None:
    if told := about(found[0]):
        charger.firmware, charger.serial = told.firmware, told.serial
        charger.started_at = at - told.up_s
        charger.fault = told.fault or None


# Of each subsystem: lines, and what they say.
_LINES: dict[str, tuple[tuple[re.Pattern[str], _Take], ...]] = {
    tag: tuple((re.compile(pattern), take) for pattern, take in lines)
    for tag, lines in {
        "view": [
            (
                r"phase=(?P<phase>\w+) relay=(?P<relay>open|closed) cable=(?P<cable>in|out) "
                r"energy_wh=(?P<energy>\d{1,9}|None) elapsed_s=(?P<elapsed>\d{1,9}|None) online=(?P<online>yes|no)",
                _view,
            )
        ],
        "asked": [(r"firmware .*", _asked)],
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
        "clock": [(r"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ) from ", _time)],
        "memory": [(r".*bytes free.*", _memory)],
    }.items()
}
