# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The rows of `meter_values` for what a charger sends in MeterValues, or with a StopTransaction (OCPP 1.6, 4.7, 4.10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chargerctl.central.books import moments, storable
from chargerctl.central.books.bulk import Row
from chargerctl.central.books.tables import milliseconds


def rows(
    values: list[Any], charger_id: int, connector: int | None, transaction: int | None, now: float
) -> Iterator[Row]:
    """One for each SampledValue of these MeterValues, with OCPP's defaults for what it does not say (OCPP 1.6, 7.43). Those
    of the same content are the same row, whichever call brings them."""
    received = milliseconds(now)
    for value in values:
        time = storable.text(value["timestamp"])
        at = milliseconds(moments.unix(time))
        for sampled in value["sampledValue"]:
            said = sampled.get
            measurand = said("measurand", "Energy.Active.Import.Register")
            # All but the value are words of the schema.
            sample = (
                storable.text(sampled["value"]),
                said("context", "Sample.Periodic"),
                said("format", "Raw"),
                measurand,
                said("phase", ""),
                said("location", "Outlet"),
                said("unit", "Wh" if measurand.startswith("Energy") else ""),
            )
            yield {
                "charger_id": charger_id,
                "connector_id": connector,
                "transaction_id": transaction,
                "time": time,
                "at": at,
                "received_at": received,
                "value": sample[0],
                "context": sample[1],
                "format": sample[2],
                "measurand": measurand,
                "phase": sample[4],
                "location": sample[5],
                "unit": sample[6],
                "digest": storable.digest(connector, transaction, time, sample),
            }
