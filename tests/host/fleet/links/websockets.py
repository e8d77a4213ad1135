# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A central system of OCPP-J for tests, on a thread of its own."""

from __future__ import annotations

import asyncio

from chargerctl.loop_thread import LoopThread
from chargerctl.ocppj import SUBPROTOCOL
from websockets.asyncio.server import serve

from tests.host.fleet.links.running import answer_to


class CentralSystem:
    """visits: (path, Authorization header) of each handshake. answers False: it takes frames, and says nothing."""

    def __init__(self, **options):
        self._thread = LoopThread()
        self._options = {"subprotocols": [SUBPROTOCOL], **options}
        self.visits = []
        self.received = []
        self.open = []
        self.answers = True
        self._server = None
        self.port = 0
        self.start()

    def start(self):
        self._server = self._thread.run(self._serve())
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self, code=1001):
        """Every connection ends with this code, as soon as the other end takes part; no new one is accepted."""
        if self._server is not None:
            self._thread.run(self._end(self._server, code))
            self._server = None

    def close(self):
        self.stop()
        self._thread.run(self._cut())
        self._thread.close()

    def say(self, message):
        """To all who are there; bytes: as a binary message; a list: in fragments."""
        for connection in list(self.open):
            self._thread.run(connection.send(message))

    async def _serve(self):
        return await serve(
            self._visit, "127.0.0.1", self.port, process_request=self._note, compression=None, **self._options
        )

    async def _end(self, server, code):
        self._ending = [asyncio.create_task(each.close(code)) for each in self.open]
        server.close(close_connections=False)

    async def _cut(self):
        for connection in list(self.open):
            connection.transport.abort()

    def _note(self, _connection, request):
        self.visits.append((request.path, request.headers.get("Authorization")))

    async def _visit(self, connection):
        self.open.append(connection)
        try:
            async for frame in connection:
                self.received.append(frame)
                answer = answer_to(frame)
                if self.answers and answer is not None:
                    await connection.send(answer)
        finally:
            self.open.remove(connection)
