# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which chargers this desk speaks to, where several processes share them (chargerctl/leases)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

ELSEWHERE = "another process of the central system speaks to the charger"
"""Why a connection is closed."""


class Shared(Protocol):
    """Nothing here waits."""

    def holds(self, serial: str) -> bool:
        """Whether this process may speak to the charger now."""

    def release(self, serials: Collection[str], quiet_s: float) -> None:
        """Leave them to others. They have not been spoken to for so long, and nothing of them is in the works."""

    def doubt(self) -> None:
        """A unit of work was not kept since others have taken chargers over: find out which."""


class Alone:
    """No other process speaks to chargers."""

    def holds(self, serial: str) -> bool:
        return True

    def release(self, serials: Collection[str], quiet_s: float) -> None:
        pass

    def doubt(self) -> None:
        pass
