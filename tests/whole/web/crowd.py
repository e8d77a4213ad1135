# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The web page in this process, over books with many chargers in many states, for pages that need no real charger."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime

from chargerctl.central.books import owner
from chargerctl.central.books.store import open_books
from chargerctl.central.live.watch import Watch
from chargerctl.central.settings import load_central
from chargerctl.central.web.serving import serving

from tests.host.central.books.charger import call

STATUSES = (
    "Charging",
    "Available",
    "Charging",
    "Preparing",
    "SuspendedEV",
    "Finishing",
    "Faulted",
    "Unavailable",
)
CARD = "04A1B2C3"


class Crowd:
    """Use it in a with block. Nobody has to log in."""

    def __init__(self, folder, names, owners=()):
        """names: of the chargers, by serial; owners: of their cards, else the same."""
        self._folder = folder
        self._names = names
        self._owners = owners
        self._stack = ExitStack()
        self.events = []

    def __enter__(self):
        database = str(self._folder / "books.sqlite")
        self.books = self._stack.enter_context(closing(fill(database, self._names, self._owners)))
        settings = load_central(None, {}, {"http": "127.0.0.1:0", "database": database}).values
        watch = self._stack.enter_context(closing(Watch(self.books)))
        server = self._stack.enter_context(serving(settings, self.books, watch, self.events.append))
        self.url = f"http://127.0.0.1:{server.port}"
        return self

    def __exit__(self, *error):
        self._stack.close()

    def status(self, serial, status):
        """It is committed when this returns."""
        with self.books.unit() as unit:
            _status(unit, serial, status, time.time())


def fill(database, names, owners=()):
    """New books with these chargers and cards, as for a Crowd; open."""
    books = open_books(database)
    now = time.time()
    with books.writing() as connection:
        for serial, name in names.items():
            owner.add_charger(connection, serial, now, name=name)
        named = enumerate(owners or names.values())
        cards = [owner.Card(f"{CARD}{number:04X}", name=name[:200]) for number, name in named]
        owner.put_cards(connection, cards, now)
    with books.unit() as unit:
        # A central system speaks to them, until long after the test.
        unit.working(now + 3600)
        for number, serial in enumerate(names):
            _comes(unit, serial, STATUSES[number % len(STATUSES)], f"{CARD}{number:04X}", now)
    return books


def _comes(unit, serial, status, card, now):
    unit.connected(serial, "mqtt", now)
    unit.seen(serial, now)
    about = {"chargePointVendor": "GA Make", "chargePointModel": "ESP32-C6", "firmwareVersion": "0.1.0"}
    call(unit, serial, "BootNotification", about, now)
    _status(unit, serial, status, now)
    if status not in ("Charging", "SuspendedEV", "Finishing"):
        return
    began = datetime.fromtimestamp(now - 3600, UTC).isoformat()
    start = {"connectorId": 1, "idTag": card, "meterStart": 1000, "timestamp": began}
    number = call(unit, serial, "StartTransaction", start, now)["transactionId"]
    values = [
        {"value": "5200", "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
        {"value": "7200", "measurand": "Power.Active.Import", "unit": "W"},
    ]
    sampled = {"timestamp": datetime.fromtimestamp(now, UTC).isoformat(), "sampledValue": values}
    call(
        unit,
        serial,
        "MeterValues",
        {"connectorId": 1, "transactionId": number, "meterValue": [sampled]},
        now,
    )
    if status == "Finishing":
        stop = {"transactionId": number, "meterStop": 5200, "timestamp": sampled["timestamp"]}
        call(unit, serial, "StopTransaction", stop, now)


def _status(unit, serial, status, now):
    error = "GroundFailure" if status == "Faulted" else "NoError"
    told = {"connectorId": 1, "status": status, "errorCode": error, "info": ""}
    call(unit, serial, "StatusNotification", told, now)
