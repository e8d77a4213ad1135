# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Sessions, and sums of their energy, as cells of a table and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chargerctl.central.session_file import reason, state
from chargerctl.cli.quantities import duration, kwh, local_time
from chargerctl.cli.table import Table

if TYPE_CHECKING:
    from chargerctl.central.books.queries.energy import Energy

TITLES = ("id", "charger", "connector", "card", "name", "started", "h:mm", "kWh", "state")
_NUMBERS = ("id", "connector", "h:mm", "kWh", "sessions")


def cells(row: Any, so_far: Mapping[int, float | None], now: float) -> list[str]:
    """One for each of TITLES. so_far: the energy, in Wh, of the sessions that run."""
    end = row.stopped_at if row.stop_received_at else now if state(row) == "running" else None
    return [
        str(row.id),
        row.serial,
        "" if row.connector_id is None else str(row.connector_id),
        row.id_tag,
        row.card_name or "",
        local_time(row.started_at, "minutes"),
        "" if end is None else duration(end - row.started_at),
        kwh(so_far.get(row.id, row.energy_wh)),
        _state_text(row),
    ]


def _state_text(row: Any) -> str:
    if row.status != "Accepted":
        return f"refused: {row.status}"
    return reason(row) or {"no_stop": "no stop"}.get(state(row), "running")


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
