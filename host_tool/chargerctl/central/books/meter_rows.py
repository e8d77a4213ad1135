# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The rows of `meter_values` for what a charger sends in MeterValues, or with a StopTransaction (OCPP 1.6, 4.7, 4.10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chargerctl.central.books import moments, storable

Row = dict[str, Any]

# What a SampledValue means where it says nothing (OCPP 1.6, 7.43).
_DEFAULTS = {
    "context": "Sample.Periodic",
    "format": "Raw",
    "measurand": "Energy.Active.Import.Register",
    "phase": "",
    "location": "Outlet",
}


def rows(
    values: list[Any], charger_id: int, connector: int | None, transaction: int | None, now: float
) -> Iterator[Row]:
    """One for each SampledValue of these MeterValues. Those of the same content are the same row, whichever call brings
    them."""
    for value in values:
        time = value["timestamp"]
        common = {
            "charger_id": charger_id,
            "connector_id": connector,
            "transaction_id": transaction,
            "time": storable.text(time),
            "at": moments.unix(time),
            "received_at": now,
        }
        for sampled in value["sampledValue"]:
            fields = _DEFAULTS | sampled
            if "unit" not in fields:
                fields["unit"] = "Wh" if fields["measurand"].startswith("Energy") else ""
            sample = {key: storable.text(field) for key, field in fields.items()}
            digest = storable.digest(connector, transaction, time, sorted(sample.items()))
            yield common | sample | {"digest": digest}
