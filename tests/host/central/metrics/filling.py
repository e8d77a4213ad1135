# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Books and counts in which every metric has a series."""

from __future__ import annotations

from chargerctl.central.books import owner
from chargerctl.central.conversation.ended import RESULT, Ended
from chargerctl.central.desk.observer import Done
from chargerctl.events.event import Event

from tests.host.central.books.charger import NOW, Charger


def fill(books, metrics) -> None:
    with books.writing() as connection:
        owner.add_charger(connection, "GA001", NOW)
    charger = Charger(books)
    charger.boot()
    power = {"measurand": "Power.Active.Import", "unit": "W"}
    charger.meter("7000", transaction=charger.start(), time="2026-11-22T07:30:00Z", **power)
    with books.unit() as unit:
        unit.working(NOW)
        unit.seen("GA001", NOW)
        unit.connected("GA001", "mqtt", NOW)
    books.tidy(NOW)
    metrics.counting.done(Done(1, 0.1, [0.1], [(Ended(True, "Reset", RESULT, 1.0), 0.5)]))
    metrics.counting.of_events(lambda event: None)(Event("boot", "boots"))
