# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger of the books as cells of a table, as lines, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from chargerctl.central.desk.link import named
from chargerctl.cli.quantities import kwh, local_time, recent_time
from chargerctl.cli.table import Table

if TYPE_CHECKING:
    from chargerctl.central.books.queries.chargers import Charger, Running

TITLES = ("charger", "name", "connected", "connectors", "session", "last seen", "firmware", "allowed")


def table(found: Sequence[Charger]) -> Table:
    """With the workers that speak to them where there are several."""
    titles: Sequence[str] = TITLES
    rows = [cells(each) for each in found]
    if len({each.worker for each in found} - {""}) > 1:
        titles = (*TITLES, "worker")
        rows = [[*row, each.worker] for row, each in zip(rows, found, strict=True)]
    return Table(titles, rows, whole=("connected", "last seen", "allowed"), spare=("firmware", "name"))


def cells(charger: Charger) -> list[str]:
    """One for each of TITLES."""
    return [
        charger.serial,
        charger.name,
        named(charger.transport),
        ", ".join(_connector(each) for each in charger.connectors if _is_told(each)),
        ", ".join(map(_session, charger.sessions)),
        recent_time(charger.last_seen),
        str(charger.boot.get("firmwareVersion", "")),
        allowed(charger),
    ]


def allowed(charger: Charger) -> str:
    """yes, no, or asks: it is not in the books, and wants to take part."""
    return ("yes" if charger.allowed else "no") if charger.known else "asks"


def _is_told(connector: dict[str, Any]) -> bool:
    """Connector 0 is the charger itself: it is worth a word where it is not Available."""
    return bool(connector["connector_id"]) or connector["status"] != "Available"


def _connector(connector: dict[str, Any]) -> str:
    error = connector["error_code"]
    return f"{connector['connector_id']} {connector['status']}{'' if error == 'NoError' else f' ({error})'}"


def _session(running: Running) -> str:
    energy = None if running.energy_wh is None else f" {kwh(running.energy_wh)} kWh"
    return f"{running.id_tag}{energy or ''}"


def facts(charger: Charger) -> Iterator[tuple[str, str]]:
    """What is known of it, each with its name."""
    yield "charger", charger.serial
    yield "name", charger.name
    yield "allowed", allowed(charger)
    yield "password", "yes" if charger.has_password else "none"
    since = f" since {local_time(charger.connected_at)}" if charger.connected_at else ""
    yield "connected", f"{named(charger.transport)}{since}" if charger.transport else f"no{since}"
    if charger.worker:
        yield "worker", charger.worker
    yield "first seen", local_time(charger.first_seen)
    yield "last seen", local_time(charger.last_seen)
    boot = f"{charger.registration} at {local_time(charger.booted_at)}" if charger.booted_at else ""
    yield "BootNotification", boot
    for key, value in charger.boot.items():
        yield key, str(value)
    for each in charger.connectors:
        info = ", ".join(filter(None, (each["info"], each["vendor_error_code"])))
        since = local_time(each["received_at"])
        yield (
            f"connector {each['connector_id']}",
            (f"{each['status']}, {each['error_code']}{f' ({info})' if info else ''}, since {since}"),
        )
    for running in charger.sessions:
        energy = "energy not known" if running.energy_wh is None else f"{kwh(running.energy_wh)} kWh so far"
        yield (
            f"session {running.id}",
            (
                f"connector {running.connector_id}, card {running.id_tag}, since {local_time(running.started_at)}, {energy}"
            ),
        )
