# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The configuration keys that a charger told last, as they are shown: without secrets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from chargerctl.central.books.masking import is_secret
from chargerctl.central.books.queries.chargers import configuration_of
from chargerctl.visible import visible

# A charger may tell thousands.
MOST_KEYS = 300


@dataclass(frozen=True)
class Key:
    """As the books have it. value "": none, or a secret."""

    name: str
    value: str
    readonly: bool
    secret: bool
    received_at: float

    @property
    def hides(self) -> bool:
        """Whether there are characters in it that do not show: a field would send back what is shown in their place."""
        return any(visible(each) != each for each in (self.name, self.value))

    @property
    def element(self) -> str:
        """The id of its row: it is the same each time, whatever the charger calls its key."""
        return "key-" + "".join(
            each if each.isascii() and each.isalnum() else f"_{ord(each):x}" for each in self.name
        )


@dataclass(frozen=True)
class Keys:
    """Those that were searched for, at most MOST_KEYS, of `all`."""

    shown: Sequence[Key]
    found: int
    all: int
    received_at: float | None


def keys_of(connection: Connection, serial: str, search: str = "") -> Keys:
    """search: a part of a key or of its value, whatever the case."""
    every = [
        Key(
            each.key,
            each.value or "",
            each.readonly,
            is_secret(each.key),
            each.received_at,
        )
        for each in configuration_of(connection, serial)
    ]
    wanted = search.strip().lower()
    found = [each for each in every if wanted in each.name.lower() or wanted in each.value.lower()]
    newest = max((each.received_at for each in every), default=None)
    return Keys(found[:MOST_KEYS], len(found), len(every), newest)
