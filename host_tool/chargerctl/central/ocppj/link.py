# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The way back to a charger on a WebSocket. Import it only where websockets may be."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from websockets.asyncio.server import broadcast

from chargerctl.central.ocppj.connection import ChargerConnection

# RFC 6455, 5.5: a control frame has at most 125 bytes, two of which are the code.
_LONGEST_REASON = 123

POLICY = 1008


def close_reason(text: str) -> str:
    """As much of the text as fits into a close frame."""
    return text.encode()[:_LONGEST_REASON].decode("utf-8", "ignore")


class Outbox:
    """Frames on their way from other threads to the connections of one loop, which is woken once for all that wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop, holds: Callable[[str], bool]) -> None:
        """holds: whether this process may speak to the charger."""
        self._loop = loop
        self._holds = holds
        self._waiting: deque[tuple[ChargerConnection, str]] = deque()
        self._woken = False

    def put(self, connection: ChargerConnection, frame: str) -> None:
        """From any thread."""
        self._waiting.append((connection, frame))
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._flush)

    def _flush(self) -> None:
        # First this: whoever puts something in from now on wakes the loop again.
        self._woken = False
        while self._waiting:
            connection, frame = self._waiting.popleft()
            if not self._holds(connection.identity):
                continue
            # Writes at once, without waiting for slow readers; a connection that is closing is left out.
            broadcast((connection,), frame)
            connection.bound_unsent()


class WebSocketLink:
    """See the Link of the desk: one connection of one charger."""

    transport = "websocket"

    def __init__(
        self, connection: ChargerConnection, outbox: Outbox, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.connection = connection
        self._outbox = outbox
        self._loop = loop

    def send(self, frame: str) -> None:
        """From any thread. If the connection is gone, the frame is lost."""
        self._outbox.put(self.connection, frame)

    def close(self, reason: str) -> None:
        """From any thread."""
        asyncio.run_coroutine_threadsafe(self.connection.close(POLICY, close_reason(reason)), self._loop)

    def available(self, online: bool | None) -> None:
        """Nothing: a charger on a WebSocket sees for itself whether it is connected."""
