# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether a card may charge at a charger, before anything is asked of the charger."""

from __future__ import annotations

from sqlalchemy import Connection, select

from chargerctl.central.books.cards import id_tag_info
from chargerctl.central.books.direct import Direct
from chargerctl.central.books.policies import Policy
from chargerctl.central.books.tables import chargers


def card_status(connection: Connection, policy: Policy, id_tag: str, serial: str, now: float) -> str:
    """The AuthorizationStatus that the charger would get for it (OCPP 1.6, 7.2). policy: for cards that are not in the
    books."""
    charger = connection.execute(select(chargers.c.id).where(chargers.c.serial == serial)).scalar()
    return str(id_tag_info(Direct(connection, "the books"), policy, id_tag, charger, now)["status"])
