# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger with what it has told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chargerctl.central.views.described import Described
from chargerctl.times import utc

if TYPE_CHECKING:
    from chargerctl.central.books.queries.chargers import Charger as InBooks


@dataclass(frozen=True)
class Connector(Described):
    """A connector, as its last StatusNotification said (OCPP 1.6, 4.9)."""

    connector: int
    """From 1; 0 is the charger itself."""
    status: str
    """OCPP's word: Available, Preparing, Charging, SuspendedEVSE, SuspendedEV, Finishing, Reserved, Unavailable, Faulted."""
    error: str
    """OCPP's error code; NoError without one."""
    info: str
    """More about the error, in the charger's words."""
    vendor: str
    """Whose vendor_error it is."""
    vendor_error: str
    """The maker's own error code."""
    time: str | None
    """When, as the charger wrote it."""
    received: str | None
    """When the message came."""


@dataclass(frozen=True)
class RunningSession(Described):
    """A session of the charger whose stop has not come."""

    id: int
    """OCPP's transactionId."""
    connector: int | None
    card: str
    """The uid of the card that started it."""
    status: str
    """What the charger was told about the card: Accepted, or why not."""
    started: str | None
    energy_wh: float | None
    """By its last meter value; null without one."""


@dataclass(frozen=True)
class Charger(Described):
    """A charger that is in the books, or has asked to be."""

    serial: str
    name: str
    known: bool
    """Its owner has entered it, or it was learnt."""
    allowed: bool
    """It may take part."""
    has_password: bool
    connected: str | None
    """mqtt or websocket; null while it is not connected."""
    connected_since: str | None
    worker: str | None
    """The process of the central system that speaks to it; null while it is not connected."""
    first_seen: str | None
    last_seen: str | None
    registration: str | None
    """What its last BootNotification was answered: Accepted, Pending, Rejected."""
    booted: str | None
    boot: dict[str, Any]
    """Its last BootNotification (OCPP 1.6, 6.3)."""
    connectors: list[Connector]
    sessions: list[RunningSession]
    """Those that run."""


@dataclass(frozen=True)
class ConfigurationKey(Described):
    """A configuration key, as the charger told it last."""

    key: str
    value: str | None
    """Null where it tells none; *** in place of a secret."""
    readonly: bool
    received: str | None


@dataclass(frozen=True)
class Complaint(Described):
    """A message of the charger that fits nothing in the books."""

    at: str | None
    reason: str
    action: str
    payload: Any


def charger(found: InBooks) -> Charger:
    return Charger(
        serial=found.serial,
        name=found.name,
        known=found.known,
        allowed=found.allowed,
        has_password=found.has_password,
        connected=found.transport or None,
        connected_since=utc(found.connected_at) if found.transport else None,
        worker=found.worker or None,
        first_seen=utc(found.first_seen),
        last_seen=utc(found.last_seen),
        registration=found.registration or None,
        booted=utc(found.booted_at),
        boot=found.boot,
        connectors=[_connector(each) for each in found.connectors],
        sessions=[
            RunningSession(
                each.id, each.connector_id, each.id_tag, each.status, utc(each.started_at), each.energy_wh
            )
            for each in found.running
        ],
    )


def _connector(row: dict[str, Any]) -> Connector:
    return Connector(
        connector=row["connector_id"],
        status=row["status"],
        error=row["error_code"],
        info=row["info"],
        vendor=row["vendor_id"],
        vendor_error=row["vendor_error_code"],
        time=row["time"],
        received=utc(row["received_at"]),
    )


def configuration_key(row: Any) -> ConfigurationKey:
    """row: of configuration_of()."""
    return ConfigurationKey(row.key, row.value, row.readonly, utc(row.received_at))


def complaint(row: Any) -> Complaint:
    """row: of complaints_of()."""
    return Complaint(utc(row.at), row.reason, row.action, json.loads(row.payload))
