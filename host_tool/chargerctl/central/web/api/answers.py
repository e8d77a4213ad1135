# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the API answers beside the objects of central/views, and what it takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from chargerctl.central.views.card import Card
from chargerctl.central.views.charger import Charger, Complaint, ConfigurationKey, Connector
from chargerctl.central.views.described import Described
from chargerctl.central.views.frame import Frame
from chargerctl.central.views.session import MeterValue, Session, Total


@dataclass(frozen=True)
class Problem(Described):
    """Why a request was not carried out (RFC 9457)."""

    error: str
    """A sentence for a person."""
    status: int | None = None
    """As the HTTP status."""
    title: str | None = None
    type: str | None = None
    detail: str | None = None
    """As `error`."""


@dataclass(frozen=True)
class ChargerNow(Charger):
    """A charger, with what it does now."""

    state: str
    """In a word: OCPP's status, or Unknown, Offline, Refused, Asks (it wants to take part, and is not in the books)."""
    power_w: float | None
    """Of all its sessions, by recent meter values; null where no session knows it."""
    energy_total_wh: float | None
    """All that it has ever delivered, by the registers of its connectors; null where it told none."""


@dataclass(frozen=True)
class Chargers(Described):
    chargers: list[ChargerNow]
    central_systems: int
    """How many processes speak to chargers."""


@dataclass(frozen=True)
class Connectors(Described):
    connectors: list[Connector]


@dataclass(frozen=True)
class Configuration(Described):
    configuration: list[ConfigurationKey]


@dataclass(frozen=True)
class Complaints(Described):
    complaints: list[Complaint]


@dataclass(frozen=True)
class Frames(Described):
    serial: str
    frames: list[Frame]
    """The oldest first."""
    before: int | None
    """The value of `before` for those that came earlier; null: there are none."""


@dataclass(frozen=True)
class Sessions(Described):
    sessions: list[Session]
    """The newest first."""
    before: int | None
    """The value of `before` for the next page; null: this is the last one."""


@dataclass(frozen=True)
class MeterValues(Described):
    meter_values: list[MeterValue]
    """The oldest first."""
    offset: int | None
    """The value of `offset` for the next page; null: this is the last one."""


@dataclass(frozen=True)
class EnergySum(Described):
    """A sum of sessions. Of card, charger, month and day only those are there that were asked for."""

    sessions: int
    energy_wh: int
    name: str
    """Of the card; without one, of the charger."""
    card: str | None = None
    charger: str | None = None
    month: str | None = None
    """YYYY-MM."""
    day: str | None = None
    """YYYY-MM-DD."""


@dataclass(frozen=True)
class EnergySums(Described):
    sums: list[EnergySum]
    total: Total


@dataclass(frozen=True)
class Cards(Described):
    cards: list[Card]


@dataclass(frozen=True)
class CardPut(Described):
    card: Card
    new: bool
    """It was not in the books."""


@dataclass(frozen=True)
class CardsRemoved(Described):
    removed: list[str]


@dataclass(frozen=True)
class CardWanted(Described):
    """What a card is to be. What is not given is taken away."""

    name: str = ""
    """At most 100 characters."""
    parent: str | None = None
    """Cards of one parent may end each other's sessions (OCPP's parentIdTag)."""
    valid_until: AwareDatetime | None = None
    """With its offset from UTC; null: for ever."""
    blocked: bool = False
    chargers: Annotated[list[str], Field(max_length=10_000)] | None = None
    """The serials of those at which it may charge; null: all of them."""


@dataclass(frozen=True)
class CallWanted(Described):
    """A call of OCPP 1.6 to a charger."""

    action: Annotated[str, Field(max_length=50)]
    """Such as RemoteStartTransaction."""
    payload: dict[str, Any] = field(default_factory=dict)
    """Checked against the schema of OCPP 1.6. Where they are left out, connectorId is 1, type of Reset is Soft, and
    transactionId of RemoteStopTransaction is that of the only session that runs."""
    timeout_s: Annotated[int, Field(ge=1, le=300)] | None = None
    """Seconds until its answer; while other calls wait, half of it may pass before it is sent. null: `call_timeout` of the
    settings."""
