# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which chargers are this bridge's: all of them, unless it shares them with others (leased.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol


class Chargers(Protocol):
    """The roster, as whoever shares the chargers sees it."""

    def gained(self, serial: str, passed: Sequence[str] | None) -> None: ...

    def lost(self, serial: str, nobody_has_it: bool) -> None: ...

    async def hand_over(self, serial: str, patience_s: float) -> list[str] | None: ...

    def tell_all_offline(self) -> None: ...

    async def close(self) -> None: ...


class Shares(Protocol):
    """All on the bridge's loop. failed: set when it can go on no more."""

    failed: asyncio.Future[None]

    def holds(self, serial: str) -> bool:
        """Whether it is this bridge's at this moment."""

    def want(self, serial: str) -> None:
        """This charger is there, and may be this bridge's."""

    def begin(self, chargers: Chargers) -> None:
        """The broker is connected for the first time."""

    def broker(self, is_connected: bool) -> None:
        """It is lost, or connected again."""

    async def end(self, chargers: Chargers) -> None:
        """Until all WebSockets are closed, and the chargers were told where nobody goes on."""


class AllOurs:
    """Of the only bridge."""

    def __init__(self) -> None:
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def holds(self, serial: str) -> bool:
        return True

    def want(self, serial: str) -> None:
        """It is ours."""

    def begin(self, chargers: Chargers) -> None:
        """There is nothing to share."""

    def broker(self, is_connected: bool) -> None:
        """Nobody else could do better."""

    async def end(self, chargers: Chargers) -> None:
        await chargers.close()
