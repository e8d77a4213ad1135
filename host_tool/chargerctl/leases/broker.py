# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A worker that has lost its broker leaves its chargers to others, unless it is back soon."""

from __future__ import annotations

import asyncio

from chargerctl.leases.share import Share

PATIENCE_S = 5.0
"""A broker that is back sooner, or another node of its cluster, finds the chargers where they were."""


class BrokerWatch:
    """All on the loop."""

    def __init__(self, share: Share, loop: asyncio.AbstractEventLoop) -> None:
        self._share = share
        self._loop = loop
        self._pausing: asyncio.TimerHandle | None = None

    def reached(self, is_connected: bool) -> None:
        """The broker is connected, or not any more."""
        if self._pausing is not None:
            self._pausing.cancel()
            self._pausing = None
        if is_connected:
            self._share.resume()
        else:
            self._pausing = self._loop.call_later(PATIENCE_S, self._share.pause)
