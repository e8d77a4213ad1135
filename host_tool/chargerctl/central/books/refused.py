# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which refused cards the books remember: of each charger the last few, for it can think of new ones without end."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, select

from chargerctl.central.books.tables import refused_cards

MOST = 20
"""Of a charger."""

_NEWEST = (
    select(refused_cards.c.id_tag)
    .where(refused_cards.c.charger_id == bindparam("charger"))
    .order_by(refused_cards.c.at.desc(), refused_cards.c.id_tag)
    .limit(MOST)
)
_OLDER = delete(refused_cards).where(
    refused_cards.c.charger_id == bindparam("charger"), refused_cards.c.id_tag.not_in(_NEWEST)
)


def forget(connection: Connection, chargers: Iterable[int]) -> None:
    """All but the newest of these chargers."""
    connection.execute(_OLDER, [{"charger": each} for each in sorted(chargers)])
