# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which row of `chargers` belongs to a serial."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, not_, select

from chargerctl.central.books.policies import Policy
from chargerctl.central.books.statements import Statements
from chargerctl.central.books.tables import chargers, metadata
from chargerctl.serials import is_serial

# Chargers that were refused and are shown to the owner. Anybody can think of new serials.
MOST_STRANGERS = 200

_ROW = select(chargers.c.id).where(chargers.c.serial == bindparam("serial"))
# Whom the owner has not entered, named or refused, and to whom nothing in the books belongs.
_IS_STRANGER = and_(
    ~chargers.c.known,
    chargers.c.allowed,
    chargers.c.name == "",
    *(
        not_(exists().where(key.parent == chargers.c.id))
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column is chargers.c.id
    ),
)
_STRANGERS = select(func.count()).select_from(chargers).where(_IS_STRANGER)
# Who asked longest ago.
_OLDEST = (
    select(chargers.c.id)
    .where(_IS_STRANGER)
    .order_by(func.coalesce(chargers.c.booted_at, chargers.c.first_seen), chargers.c.id)
    .limit(bindparam("most"))
)
_FORGET = delete(chargers).where(chargers.c.id.in_(_OLDEST)).returning(chargers.c.serial)


class Serials:
    """For one unit of work. `remembered` is shared by all units of a process: a row of chargers goes only here."""

    def __init__(
        self, connection: Connection, statements: Statements, policy: Policy, remembered: dict[str, int]
    ) -> None:
        self._connection = connection
        self._statements = statements
        self._policy = policy
        self._remembered = remembered
        # Known in this unit only: it may not be kept.
        self.new: dict[str, int] = {}

    def find(self, serial: str) -> int | None:
        """Its id, if the books have heard of it."""
        known = self._remembered.get(serial) or self.new.get(serial)
        if known is None and is_serial(serial):
            known = self._connection.execute(_ROW, {"serial": serial}).scalar_one_or_none()
            if known is not None:
                self.new[serial] = known
        return known

    def enter(self, serial: str, now: float) -> int | None:
        """Its id, also if it is new. None: it is no serial. Of too many strangers the one goes that asked longest ago."""
        known = self.find(serial)
        if known is not None or not is_serial(serial):
            return known
        if self._policy is Policy.REFUSE:
            self._make_room()
        row: dict[str, Any] = {"serial": serial, "first_seen": now}
        entered = self._connection.execute(self._statements.new_charger, row).scalar_one_or_none()
        if entered is None:  # another worker was quicker
            return self.find(serial)
        self.new[serial] = entered
        return entered

    def _make_room(self) -> None:
        too_many = self._connection.execute(_STRANGERS).scalar_one() - MOST_STRANGERS + 1
        if too_many > 0:
            for serial in self._connection.execute(_FORGET, {"most": too_many}).scalars().all():
                self._remembered.pop(serial, None)
                self.new.pop(serial, None)
