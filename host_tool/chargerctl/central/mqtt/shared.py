# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which chargers this side speaks to, where several processes share them (chargerctl/leases)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol


class Shared(Protocol):
    """Nothing here waits."""

    def holds(self, serial: str) -> bool:
        """Whether this process may speak to the charger now."""

    @property
    def may_speak(self) -> bool:
        """Whether it may speak to any."""

    @property
    def is_parting(self) -> bool:
        """Whether it may say a last word to those that it spoke to: its lease has run out, and nobody else's has begun."""

    @property
    def own_broker(self) -> bool:
        """Whether no other process is at this broker: who comes to it is this one's, as over a WebSocket."""

    def want(self, serials: Collection[str]) -> None:
        """These chargers are there, and are to be somebody's; this process's if the broker is its own."""

    def reached(self, broker: bool) -> None:
        """The broker is there, or is not: nothing of any charger arrives."""


class Alone:
    """No other process speaks to chargers."""

    may_speak = own_broker = True
    is_parting = False

    def holds(self, serial: str) -> bool:
        return True

    def want(self, serials: Collection[str]) -> None:
        pass

    def reached(self, broker: bool) -> None:
        pass
