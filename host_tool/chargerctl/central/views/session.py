# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A session, its meter values, and sums of sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from chargerctl.central.session_file import duration_s, reason, state
from chargerctl.central.views.described import Described
from chargerctl.times import utc

if TYPE_CHECKING:
    from chargerctl.central.books.queries.energy import Energy


@dataclass(frozen=True)
class Session(Described):
    """A transaction."""

    id: int
    """OCPP's transactionId."""
    charger: str
    """Its serial."""
    connector: int | None
    card: str
    """The uid of the card that started it."""
    card_name: str | None
    """Null where the card is not in the books."""
    state: Literal["running", "stopped", "no_stop", "refused"]
    """no_stop: its stop never came; refused: the card was not accepted."""
    status: str
    """What the charger was told about the card: Accepted, or why not."""
    started: str | None
    stopped: str | None
    duration_s: int | None
    meter_start_wh: int | None
    meter_stop_wh: int | None
    energy_wh: int | None
    """Between start and stop; where the stop never came, until its last meter value; null while it runs."""
    energy_so_far_wh: float | None
    """Until its last meter value, while it runs."""
    reason: str | None
    """Why it ended, in OCPP's words (7.36); null without a stop."""
    stopped_by: str | None
    """The uid of the card that stopped it."""


@dataclass(frozen=True)
class MeterValue(Described):
    """A sampled value (OCPP 1.6, 7.43) of a session."""

    time: str
    """As the charger wrote it."""
    value: str
    """A number as the charger wrote it, or signed data."""
    unit: str
    measurand: str
    context: str
    phase: str
    location: str
    format: str


@dataclass(frozen=True)
class Total(Described):
    """All sessions that were summed up."""

    sessions: int
    energy_wh: int


def session(row: Any, so_far: Mapping[int, float | None]) -> Session:
    """row: of sessions(); so_far: the energy of those that run."""
    return Session(
        id=row.id,
        charger=row.serial,
        connector=row.connector_id,
        card=row.id_tag,
        card_name=row.card_name,
        state=state(row),
        status=row.status,
        started=utc(row.started_at),
        stopped=utc(row.stopped_at),
        duration_s=duration_s(row),
        meter_start_wh=row.meter_start,
        meter_stop_wh=row.meter_stop,
        energy_wh=row.energy_wh,
        energy_so_far_wh=so_far.get(row.id),
        reason=reason(row),
        stopped_by=row.stop_id_tag,
    )


def meter_value(row: Any) -> MeterValue:
    """row: of meter_values_of()."""
    return MeterValue(
        row.time, row.value, row.unit, row.measurand, row.context, row.phase, row.location, row.format
    )


def energy_sum(found: Energy, by: Sequence[str]) -> dict[str, Any]:
    """An object with a field for each of `by`: the uid of a card, the serial of a charger, a month as YYYY-MM."""
    keys = dict(zip(by, found.key, strict=True))
    return keys | {"name": found.name, "sessions": found.sessions, "energy_wh": found.energy_wh}


def total(found: Sequence[Energy]) -> Total:
    return Total(sum(each.sessions for each in found), sum(each.energy_wh for each in found))
