# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whose the chargers are, where several processes share them (chargerctl/leases)."""

from __future__ import annotations

from typing import Protocol


class Shared(Protocol):
    def holds(self, serial: str) -> bool:
        """Whether this process may speak to the charger now."""

    async def take(self, serial: str) -> bool:
        """The charger has connected to this process, and is its own from now on, whosever it was; False: not now."""


class Alone:
    """No other process speaks to chargers."""

    def holds(self, serial: str) -> bool:
        return True

    async def take(self, serial: str) -> bool:
        return True
