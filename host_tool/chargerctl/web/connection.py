# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One connection of a viewer's browser: a stranger can open many, and say nothing."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 500
_PATIENCE_S = 20.0


class Connection(H11Protocol):
    """uvicorn's, which would wait for ever for a request to be complete. One of more than MOST is closed at once."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST:
            transport.abort()
            return
        self._waited_for: Any = self.cycle
        self._timer = self.loop.call_later(_PATIENCE_S, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if hasattr(self, "_timer"):
            self._timer.cancel()

    def _look(self) -> None:
        """Close it if since the last look it has waited for the same request."""
        busy = self.cycle is not None and not self.cycle.response_complete
        if not busy and self.cycle is self._waited_for:
            self.transport.close()
            return
        self._waited_for = self if busy else self.cycle
        self._timer = self.loop.call_later(_PATIENCE_S, self._look)
