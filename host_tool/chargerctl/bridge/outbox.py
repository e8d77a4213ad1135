# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Frames of one charger that wait for its WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed


class Outbox:
    """places: how many can wait."""

    def __init__(self, places: int) -> None:
        self._frames: asyncio.Queue[str] = asyncio.Queue(places)

    def __len__(self) -> int:
        return self._frames.qsize()

    def put(self, frame: str) -> bool:
        """False: it has no place."""
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            return False
        return True

    def clear(self) -> None:
        while not self._frames.empty():
            self._frames.get_nowait()
            self._frames.task_done()

    async def emptied(self, seconds: float) -> None:
        """Until the WebSocket has taken all, or for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._frames.join()

    async def send(self, socket: ClientConnection, may_send: Callable[[], bool]) -> None:
        """In their order, until it is closed; what may not be sent any more is dropped."""
        # The reader of the connection reports why it ended.
        with contextlib.suppress(ConnectionClosed):
            while True:
                frame = await self._frames.get()
                try:
                    if may_send():
                        await socket.send(frame)
                finally:
                    self._frames.task_done()
