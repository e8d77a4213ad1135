# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The charger that an address names."""

from __future__ import annotations

from sqlalchemy import Connection

from chargerctl.central.books.owner import not_known
from chargerctl.central.books.queries.chargers import Charger, all_chargers, some_chargers
from chargerctl.likeness import nearest
from chargerctl.serials import is_serial

_MOST = 1000


def the_charger(connection: Connection, serial: str, now: float) -> Charger:
    """NotFoundError where the books have none of this serial, with the one that was probably meant."""
    # Whatever stands in an address: some texts no database takes.
    found = all_chargers(connection, now, serial) if is_serial(serial) else []
    if not found:
        raise not_known(serial, nearest(serial, [each.serial for each in some_chargers(connection, _MOST)]))
    return found[0]
