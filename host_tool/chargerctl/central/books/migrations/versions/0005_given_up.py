# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Sessions whose stop was given up count by their last meter value: also those that were given up before."""

import math

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_transactions = sa.table(
    "transactions",
    *(
        sa.column(name, sa.BigInteger())
        for name in (
            "id",
            "charger_id",
            "meter_start",
            "closed_at",
            "stop_received_at",
            "energy_wh",
            "counted_wh",
        )
    ),
)
_meter_values = sa.table(
    "meter_values",
    *(sa.column(name, sa.BigInteger()) for name in ("id", "charger_id", "transaction_id", "at")),
    *(sa.column(name, sa.Text()) for name in ("value", "unit", "measurand", "phase", "location", "format")),
)
_LAST = (
    sa.select(_meter_values.c.value, _meter_values.c.unit)
    .where(
        _meter_values.c.charger_id == sa.bindparam("charger"),
        _meter_values.c.transaction_id == sa.bindparam("number"),
        _meter_values.c.measurand == "Energy.Active.Import.Register",
        _meter_values.c.phase == "",
        _meter_values.c.location == "Outlet",
        _meter_values.c.format == "Raw",
    )
    .order_by(_meter_values.c.at.desc(), _meter_values.c.id.desc())
    .limit(1)
)


def upgrade() -> None:
    op.add_column("transactions", sa.Column("counted_wh", sa.BigInteger()))
    connection = op.get_bind()
    given_up = sa.select(_transactions.c.id, _transactions.c.charger_id, _transactions.c.meter_start).where(
        _transactions.c.closed_at.is_not(None),
        _transactions.c.stop_received_at.is_(None),
        _transactions.c.meter_start.is_not(None),
    )
    for each in connection.execute(given_up).all():
        last = connection.execute(_LAST, {"charger": each.charger_id, "number": each.id}).one_or_none()
        energy = 0 if last is None else _energy(last.value, last.unit, each.meter_start)
        if energy is not None:
            this = sa.update(_transactions).where(_transactions.c.id == each.id)
            connection.execute(this.values(energy_wh=energy, counted_wh=energy))


def _energy(value: str, unit: str, meter_start: int) -> int | None:
    """None where the charger's text is no number that can be meant."""
    try:
        reading = float(value) * (1000 if unit == "kWh" else 1)
    except ValueError:
        return None
    if not math.isfinite(reading) or abs(reading) >= 1e12:
        return None
    energy = max(round(reading) - meter_start, 0)
    return energy if energy < 2**63 else None
