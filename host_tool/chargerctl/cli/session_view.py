# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Sessions, and sums of their energy, as cells of a table and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chargerctl.central.session_file import duration_s, reason, state
from chargerctl.cli.quantities import duration, kwh, local_time
from chargerctl.cli.table import Table
from chargerctl.times import utc

if TYPE_CHECKING:
    from chargerctl.central.books.queries.energy import Energy

TITLES = ("id", "charger", "connector", "card", "name", "started", "h:mm", "kWh", "state")
_NUMBERS = ("id", "connector", "h:mm", "kWh", "sessions")


def cells(row: Any, so_far: Mapping[int, float | None], now: float) -> list[str]:
    """One for each of TITLES. so_far: the energy, in Wh, of the sessions without a stop."""
    end = row.stopped_at if row.stop_received_at else now if state(row) == "running" else None
    energy = row.energy_wh if row.stop_received_at else so_far.get(row.id)
    return [
        str(row.id),
        row.serial,
        "" if row.connector_id is None else str(row.connector_id),
        row.id_tag,
        row.card_name or "",
        local_time(row.started_at, "minutes"),
        "" if end is None else duration(end - row.started_at),
        kwh(energy),
        _state_text(row),
    ]


def _state_text(row: Any) -> str:
    if row.status != "Accepted":
        return f"refused: {row.status}"
    return reason(row) or {"no_stop": "no stop"}.get(state(row), "running")


def as_json(row: Any, so_far: Mapping[int, float | None]) -> dict[str, Any]:
    """energy_wh: null without a stop; energy_so_far_wh: by its last meter value then."""
    return {
        "id": row.id,
        "charger": row.serial,
        "connector": row.connector_id,
        "card": row.id_tag,
        "card_name": row.card_name,
        "state": state(row),
        "status": row.status,
        "started": utc(row.started_at),
        "stopped": utc(row.stopped_at),
        "duration_s": duration_s(row),
        "meter_start_wh": row.meter_start,
        "meter_stop_wh": row.meter_stop,
        "energy_wh": row.energy_wh,
        "energy_so_far_wh": so_far.get(row.id),
        "reason": reason(row),
        "stopped_by": row.stop_id_tag,
    }


def table(rows: Sequence[Any], so_far: Mapping[int, float | None], now: float) -> Table:
    return Table(
        TITLES,
        [cells(row, so_far, now) for row in rows],
        right=_NUMBERS,
        whole=("started",),
        spare=("connector",),
    )


def sum_table(found: Sequence[Energy], by: Sequence[str]) -> Table:
    return Table((*by, "name", "sessions", "kWh"), [sum_cells(each) for each in found], right=_NUMBERS)


def sum_cells(found: Energy) -> list[str]:
    return [*found.key, found.name, str(found.sessions), kwh(found.energy_wh)]


def sum_csv_columns(by: Sequence[str]) -> list[str]:
    """A month has no name."""
    return [*by, *(["name"] if set(by) - {"month"} else []), "sessions", "energy_kwh"]


def sum_csv(found: Energy, columns: Sequence[str], by: Sequence[str]) -> list[str | int | float | None]:
    """One for each of the columns."""
    row = dict(zip(by, found.key, strict=True)) | {"name": found.name}
    cells: dict[str, str | int | float | None] = {
        **row,
        "sessions": found.sessions,
        "energy_kwh": found.energy_wh / 1000,
    }
    return [cells[each] for each in columns]


def sum_json(found: Energy, by: Sequence[str]) -> dict[str, Any]:
    keys = dict(zip(by, found.key, strict=True))
    return keys | {"name": found.name, "sessions": found.sessions, "energy_wh": found.energy_wh}
