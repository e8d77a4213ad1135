# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the meter values of sessions that run say: energy, and power (OCPP 1.6, 4.7, 7.31, 7.43)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, and_, func, select, type_coerce

from chargerctl.central.books import moments
from chargerctl.central.books.queries.so_far import REGISTER, RUNS, sampled
from chargerctl.central.books.tables import meter_values, seconds, transactions

_POWER = "Power.Active.Import"
_PHASES = ("", "L1", "L2", "L3")

# How many of a session's last sampled values are looked at: the whole last sample of any charger, and four of this firmware.
_LAST = 8
# A value is recent for so many of the intervals at which the charger sends them; one late message shows nothing.
_INTERVALS = 3
# Messages take a time, and clocks differ a little.
_RECENT_S = 120.0
# Of a charger that has not told its own.
_INTERVAL_S = 300.0


@dataclass
class Reading:
    """at: the charger's time; age_s: since it was measured. value: Wh, W."""

    at: int
    age_s: float
    value: float


@dataclass
class Readings:
    """Of one session. register: the last energy readings, the newest first, at most two, with different times; power:
    the newest one by its phase, "" for all of them together."""

    register: list[Reading] = field(default_factory=list)
    power: dict[str, Reading] = field(default_factory=dict)

    def power_w(self, interval_s: float | None) -> float | None:
        """None if there is no recent one. Where the charger does not tell power, it is that between its last energy
        readings. interval_s: at which it sends meter values."""
        recent = max(_RECENT_S, _INTERVALS * (interval_s or _INTERVAL_S))
        newest = max((each.at for each in self.power.values()), default=0)
        phases = {phase: each for phase, each in self.power.items() if each.at == newest}
        measured = [phases[""]] if "" in phases else list(phases.values())
        if measured and measured[0].age_s <= recent:
            return sum(each.value for each in measured)
        if len(self.register) < 2:
            return None
        last, before = self.register
        took_s = seconds(last.at - before.at)
        if last.age_s > recent or took_s > recent or last.value < before.value:
            return None
        return (last.value - before.value) * 3600 / took_s


def readings(connection: Connection, now: float, serial_id: int | None = None) -> dict[int, Readings]:
    """By transaction id, of all that run, or those of this row of chargers. It keeps a few values of each."""
    found: dict[int, Readings] = {}
    query = _QUERY if serial_id is None else _QUERY.where(_RUNNING.c.charger_id == serial_id)
    for row in connection.execute(query.execution_options(yield_per=1000)):
        _add(found.setdefault(row.id, Readings()), row, now)
    return found


def _add(to: Readings, row: Any, now: float) -> None:
    """Rows come with the newest first."""
    if row.measurand == _POWER:
        phase = row.phase[:2]  # L1 and L1-N are the same
        if phase in _PHASES and phase not in to.power:
            reading = _reading(row, now)
            if reading is not None:
                to.power[phase] = reading
    elif row.phase == "" and len(to.register) < 2 and (not to.register or to.register[0].at != row.at):
        reading = _reading(row, now)
        if reading is not None:
            to.register.append(reading)


def _reading(row: Any, now: float) -> Reading | None:
    value = sampled(row.value, row.unit)
    received = seconds(row.received_at)
    measured = min(moments.plausible(seconds(row.at), received), received)
    return None if value is None else Reading(row.at, now - measured, value)


def _query() -> tuple[Any, Select[Any]]:
    """Both databases find the time of a session's _LAST value in the index, and what is newer from there."""
    columns = meter_values.c
    of_session = and_(
        columns.charger_id == transactions.c.charger_id, columns.transaction_id == transactions.c.id
    )
    at = type_coerce(columns.at, BigInteger)
    since = (
        select(at)
        .where(of_session)
        .order_by(columns.at.desc())
        .offset(_LAST - 1)
        .limit(1)
        .correlate(transactions)
    )
    running = (
        select(
            transactions.c.id,
            transactions.c.charger_id,
            func.coalesce(since.scalar_subquery(), -(2**62)).label("since"),
        )
        .where(RUNS, transactions.c.status == "Accepted")
        .cte("running")
        # PostgreSQL would look for it again for each row.
        .prefix_with("MATERIALIZED")
    )
    return running, (
        select(
            running.c.id,
            at.label("at"),
            type_coerce(columns.received_at, BigInteger).label("received_at"),
            columns.measurand,
            columns.phase,
            columns.value,
            columns.unit,
        )
        .join_from(
            running,
            meter_values,
            and_(
                columns.charger_id == running.c.charger_id,
                columns.transaction_id == running.c.id,
                at >= running.c.since,
            ),
        )
        .where(
            columns.measurand.in_((REGISTER, _POWER)),
            columns.location == "Outlet",
            columns.format == "Raw",
        )
        .order_by(running.c.id, columns.at.desc(), columns.id.desc())
    )


_RUNNING, _QUERY = _query()
