# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The CSV files of sessions and sums, and how a session ended: for commands and pages. `row`: of queries/sessions.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from chargerctl.central.csv_file import csv_lines
from chargerctl.times import utc

if TYPE_CHECKING:
    from chargerctl.central.books.queries.energy import Energy
    from chargerctl.central.books.queries.sessions import Filter, State
    from chargerctl.central.books.store import DatabaseStore

COLUMNS = (
    "session",
    "charger",
    "charger_name",
    "connector",
    "card",
    "card_name",
    "started",
    "stopped",
    "duration_s",
    "meter_start_wh",
    "meter_stop_wh",
    "energy_kwh",
    "state",
    "reason",
)
_PAGE = 500


def in_pages(store: DatabaseStore, wanted: Filter, most: int | None = None) -> Iterator[Any]:
    """Sessions, the newest first. No transaction is open while a page is handed on: whoever reads it may take hours."""
    from chargerctl.central.books.queries.sessions import sessions  # slow to load

    before = None
    while most is None or most > 0:
        page = _PAGE if most is None else min(_PAGE, most)
        with store.reading() as connection:
            rows = [*sessions(connection, wanted, most=page, before=before)]
        yield from rows
        if len(rows) < page:
            return
        before = rows[-1].id
        most = None if most is None else most - page


def session_lines(rows: Iterable[Any]) -> Iterable[str]:
    """The file, line by line."""
    return csv_lines(COLUMNS, map(_cells, rows))


def sum_lines(found: Iterable[Energy], by: Sequence[str]) -> Iterable[str]:
    """Sums of energy as a file: a column for each of `by`, the name where it says more, sessions, energy_kwh."""
    columns = [*by, *(["name"] if set(by) - {"month"} else []), "sessions", "energy_kwh"]
    return csv_lines(columns, (_sum_cells(each, columns, by) for each in found))


def state(row: Any) -> State:
    """running; stopped; no_stop: its stop never came; or refused: the card was not accepted, and nothing should have been
    charged."""
    if row.status != "Accepted":
        return "refused"
    return "stopped" if row.stop_received_at else "running" if row.closed_at is None else "no_stop"


def runs(row: Any) -> bool:
    """Whether its stop has not come, and is still expected; also of one that was refused."""
    return row.stop_received_at is None and row.closed_at is None


def reason(row: Any) -> str | None:
    """Why it ended, in OCPP's words; None without a stop. A stop that names none is Local (OCPP 1.6, 6.47)."""
    return (row.stop_reason or "Local") if row.stop_received_at else None


def duration_s(row: Any) -> int | None:
    """None without a stop."""
    return None if row.stopped_at is None else int(row.stopped_at - row.started_at)


def _cells(row: Any) -> list[str | int | float | None]:
    return [
        row.id,
        row.serial,
        row.charger_name,
        row.connector_id,
        row.id_tag,
        row.card_name or "",
        utc(row.started_at),
        utc(row.stopped_at),
        duration_s(row),
        row.meter_start,
        row.meter_stop,
        None if row.energy_wh is None else row.energy_wh / 1000,
        state(row),
        reason(row),
    ]


def _sum_cells(found: Energy, columns: Sequence[str], by: Sequence[str]) -> list[str | int | float | None]:
    cells: dict[str, str | int | float | None] = {
        **dict(zip(by, found.key, strict=True)),
        "name": found.name,
        "sessions": found.sessions,
        "energy_kwh": found.energy_wh / 1000,
    }
    return [cells[each] for each in columns]
