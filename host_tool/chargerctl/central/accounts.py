# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who may connect, over MQTT or OCPP-J alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Account:
    """name: of a charger its serial. password: hashed as in passwords.py; "" if it has none."""

    name: str
    password: str = field(default="", repr=False)


Accounts = Callable[[str], Account | None]
"""By name; None for one that may not connect. Called from any thread, may take a moment and raise BooksError."""
