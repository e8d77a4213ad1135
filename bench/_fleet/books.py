# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether books have what the chargers of a fleet sent: every session, once, with its start and its end to the watt-hour."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field, fields
from typing import Any

from chargerctl.central.books import tables
from chargerctl.fleet.charger.charger import Charger
from sqlalchemy import create_engine, select

_START, _STOP = "StartTransaction", "StopTransaction"


@dataclass
class Session:
    """As its charger tells it, in watt-hours; stop None: it has not ended."""

    serial: str
    start_wh: int
    stop_wh: int | None = None


@dataclass
class Sent:
    """sessions: of all chargers, by the id of the message that began each. A Heard, too, of `chargers`."""

    sessions: dict[str, Session] = field(default_factory=dict)
    chargers: dict[str, Charger] = field(default_factory=dict)
    _by_number: dict[tuple[str, int], Session] = field(default_factory=dict)

    def passed(self, serial: str, out: bool, text: str) -> None:
        """A frame of a charger (out), or to it."""
        if out:
            if _START in text or _STOP in text:
                self._sent(serial, json.loads(text))
        elif '"transactionId"' in text:
            self._answered(serial, json.loads(text))

    def _sent(self, serial: str, frame: list[Any]) -> None:
        if frame[0] != 2:
            return
        _kind, message_id, action, payload = frame
        if action == _START:
            self.sessions.setdefault(message_id, Session(serial, payload["meterStart"]))
        elif action == _STOP:
            self._by_number[serial, payload["transactionId"]].stop_wh = payload["meterStop"]

    def _answered(self, serial: str, frame: list[Any]) -> None:
        session = self.sessions.get(frame[1]) if frame[0] == 3 else None
        if session is not None:
            self._by_number[serial, frame[2]["transactionId"]] = session

    # As Heard.

    def frame(self, charger: Charger, out: bool, text: str) -> None:
        self.chargers[charger.serial] = charger
        self.passed(charger.serial, out, text)

    def log(self, charger: Charger, tag: str, text: str) -> None:
        pass

    def changed(self, charger: Charger, part: str) -> None:
        pass

    def late(self, charger: Charger, us: int) -> None:
        pass


@dataclass
class Checked:
    """sessions: that the chargers sent; missing, doubled: of those, in the books; wrong_wh: whose energy differs there.
    sent_wh, booked_wh, metered_wh: of all. meters: chargers of which the books have not what their meters have counted;
    short_wh: by how much less, of each charger that was heard, from least to most."""

    sessions: int = 0
    missing: int = 0
    doubled: int = 0
    sent_wh: int = 0
    booked_wh: int = 0
    meters: int = 0
    metered_wh: int = 0
    short_wh: list[int] = field(default_factory=list)

    @property
    def right(self) -> bool:
        return not (self.missing or self.doubled or self.meters)

    def __add__(self, other: Checked) -> Checked:
        """Of both, which are other chargers with other books."""
        names = [each.name for each in fields(self)]
        both = Checked(**{name: getattr(self, name) + getattr(other, name) for name in names})
        both.short_wh.sort()
        return both

    def __str__(self) -> str:
        return (
            f"{self.sessions:,} sessions: {self.missing} missing in the books, {self.doubled} there that nobody sent;"
            f" {self.sent_wh:,} Wh sent, {self.booked_wh:,} Wh booked,"
            f" by the meters {self.metered_wh:,} Wh ({self.meters} differ)"
        )


def check(sent: Sent, database: str) -> Checked:
    """Where the chargers themselves were heard, by their meters, too, which began at 0: that is what each one's sessions
    must come to, the one that runs up to now."""
    # serial, start, stop: what a session is, for a meter only rises.
    told = Counter((each.serial, each.start_wh, each.stop_wh) for each in sent.sessions.values())
    kept = Counter(_booked(database))
    found = Checked(len(sent.sessions), (told - kept).total(), (kept - told).total())
    found.sent_wh, found.booked_wh = _wh(told), _wh(kept)
    if sent.chargers:
        registers = {serial: charger.meter.energy_wh for serial, charger in sent.chargers.items()}
        sums: defaultdict[str, int] = defaultdict(int)
        for (serial, start_wh, stop_wh), count in kept.items():
            sums[serial] += ((registers[serial] if stop_wh is None else stop_wh) - start_wh) * count
        found.short_wh = sorted(register - sums[serial] for serial, register in registers.items())
        found.meters = sum(map(bool, found.short_wh))
        found.metered_wh = sum(registers.values())
    return found


def _wh(sessions: Counter[tuple[str, int, int | None]]) -> int:
    return sum(
        (stop - start) * count for (_serial, start, stop), count in sessions.items() if stop is not None
    )


def _booked(database: str) -> list[tuple[str, int, int | None]]:
    """Every transaction."""
    books, chargers = tables.transactions, tables.chargers
    query = select(chargers.c.serial, books.c.meter_start, books.c.meter_stop).join_from(books, chargers)
    engine = create_engine(database if "://" in database else f"sqlite:///{database}")
    try:
        with engine.connect() as connection:
            return [(serial, start, stop) for serial, start, stop in connection.execute(query)]
    finally:
        engine.dispose()
