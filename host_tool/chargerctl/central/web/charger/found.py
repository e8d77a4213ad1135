# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The charger that a page is about."""

from __future__ import annotations

from sqlalchemy import Connection

from chargerctl.central.books.owner import not_known
from chargerctl.central.books.queries.chargers import Charger, all_chargers
from chargerctl.serials import is_serial


def the_charger(connection: Connection, serial: str, now: float) -> Charger:
    """InputError where the books have none of this serial."""
    # Whatever stands in an address: some texts no database takes.
    found = all_chargers(connection, now, serial) if is_serial(serial) else []
    if not found:
        raise not_known(serial)
    return found[0]
