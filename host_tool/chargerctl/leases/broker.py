# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A worker that has lost its broker leaves the chargers that come by it to others, unless it is back soon."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from chargerctl.leases.share import Share

PATIENCE_S = 5.0
"""A broker that is back sooner, or another node of its cluster, finds the chargers where they were."""


class BrokerWatch:
    """All on the loop. connected: the chargers that do not need the broker."""

    def __init__(
        self,
        share: Share,
        loop: asyncio.AbstractEventLoop,
        connected: Callable[[], Collection[str]] = lambda: (),
    ) -> None:
        self._share = share
        self._loop = loop
        self._connected = connected
        self._is_away = False
        self._pausing: asyncio.TimerHandle | None = None

    def reached(self, is_connected: bool) -> None:
        """The broker is connected, or not any more."""
        if self._pausing is not None:
            self._pausing.cancel()
            self._pausing = None
        if is_connected:
            self._is_away = False
            self._share.resume()
        else:
            self._pausing = self._loop.call_later(PATIENCE_S, self._pause)

    def look(self) -> None:
        """While it is away: some that were connected may be no more."""
        if self._is_away:
            self._share.pause(but=self._connected())

    def _pause(self) -> None:
        self._is_away = True
        self.look()
