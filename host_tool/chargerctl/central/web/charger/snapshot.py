# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the first page of a charger shows, read from the books in one moment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from chargerctl.central.books.interface import Outcome
from chargerctl.central.books.masking import masked
from chargerctl.central.books.owner import Card
from chargerctl.central.books.queries.cards import all_cards
from chargerctl.central.books.queries.chargers import Charger, complaints_of
from chargerctl.central.books.queries.traffic import last_calls
from chargerctl.central.live.read import read_states
from chargerctl.central.live.state import State
from chargerctl.central.web.charger.meaning import meaning, shortened
from chargerctl.central.web.charger.outcome_words import Said, said, waiting
from chargerctl.central.web.lookup import the_charger

MOST_CALLS = 8
MOST_COMPLAINTS = 10
MOST_CARDS = 200
# Of a complaint.
_LONGEST_PAYLOAD = 2000

# BootNotification (OCPP 1.6, 6.3), in the words of a person.
_BOOT = {
    "chargePointVendor": "Vendor",
    "chargePointModel": "Model",
    "firmwareVersion": "Firmware",
    "chargePointSerialNumber": "Serial number",
    "chargeBoxSerialNumber": "Box",
    "meterType": "Meter",
    "meterSerialNumber": "Meter number",
    "iccid": "SIM card",
    "imsi": "Subscriber",
}


@dataclass(frozen=True)
class Call:
    """A call that was asked for, by this page or by anybody else."""

    action: str
    asked: str
    asked_at: float
    ended: bool
    said: Said


@dataclass(frozen=True)
class Complaint:
    """What the charger sent that fits nothing in the books."""

    id: int
    at: float
    action: str
    reason: str
    payload: str


@dataclass(frozen=True)
class View:
    """facts: what it told at its boot, each with its name. The newest call and complaint first."""

    charger: Charger
    state: State
    facts: Sequence[tuple[str, str]]
    calls: Sequence[Call]
    complaints: Sequence[Complaint]

    @property
    def connectors(self) -> Sequence[int]:
        """Their numbers; while it has told of none, that there is a first."""
        return [each.id for each in self.state.connectors if each.id > 0] or [1]

    @property
    def is_full(self) -> bool:
        """Every connector has a session: none can begin."""
        return len(self.state.sessions) >= len(self.connectors)


def view(connection: Connection, serial: str, now: float) -> View:
    """InputError where the books have none of this serial."""
    charger = the_charger(connection, serial, now)
    return View(
        charger,
        read_states(connection, now, serial)[serial],
        [(name, shortened(str(charger.boot[key]))) for key, name in _BOOT.items() if key in charger.boot],
        [_call(row) for row in last_calls(connection, serial, MOST_CALLS)],
        [
            Complaint(each.id, each.at, each.action, each.reason, masked(each.payload)[:_LONGEST_PAYLOAD])
            for each in complaints_of(connection, serial, MOST_COMPLAINTS)
        ],
    )


def cards_for(connection: Connection, serial: str, now: float) -> Sequence[Card]:
    """Those that may charge there, at most MOST_CARDS."""
    fit = (card for card in all_cards(connection) if _may_charge(card, serial, now))
    return list(islice(fit, MOST_CARDS))


def _may_charge(card: Card, serial: str, now: float) -> bool:
    valid = card.valid_until is None or card.valid_until > now
    return valid and not card.blocked and (card.chargers is None or serial in card.chargers)


def _call(row: Any) -> Call:
    if row.state == "ended":
        answer = None if row.answer is None else json.loads(row.answer)
        told = said(row.action, Outcome(answer, row.error, row.detail))
    else:
        told = waiting(row.action, row.state)
    # While it waits to be taken a secret stands in it.
    asked = meaning("call", row.action, masked(row.payload))
    return Call(row.action, asked, row.asked_at, row.state == "ended", told)
