# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A central system that misbehaves when it is told to, and records every frame.

Not `central serve` and not one on the library `ocpp`: both refuse to send garbage, to repeat an id, or to leave a
StartTransaction without an answer, and both judge by a code of their own what comes.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

ACCEPTED = {"status": "Accepted"}


@dataclass(frozen=True)
class Frame:
    """at: seconds since the central system began; wall: seconds since 1970. incoming: from the charger. number: of its
    connection."""

    at: float
    wall: float
    number: int
    incoming: bool
    text: str

    @property
    def message(self) -> list[Any]:
        """Empty where it is no OCPP-J frame."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return []
        return found if isinstance(found, list) else []

    def calls(self, *actions: str) -> bool:
        message = self.message
        called = len(message) == 4 and message[0] == 2
        return self.incoming and called and (not actions or message[2] in actions)

    @property
    def payload(self) -> dict[str, Any]:
        found = self.message[3 if self.message[0] == 2 else 2]
        return found if isinstance(found, dict) else {}


class CentralSystem:
    """silent: actions that get no answer. boot: the answer to BootNotification. record: keep the frames, else only count."""

    def __init__(self, *, record: bool = True) -> None:
        self.silent: set[str] = set()
        self.boot: dict[str, Any] = {**ACCEPTED, "interval": 300}
        # The interval of the n-th that boots, in place of that.
        self.interval: Callable[[int], int] | None = None
        self.refuses = False
        self.frames: list[Frame] = []
        self.counts: Counter[str] = Counter()
        # Identity -> its connection now; identity -> its transaction now.
        self.connections: dict[str, ServerConnection] = {}
        self.transactions: dict[str, int] = {}
        # Those whose BootNotification was accepted, with the time of it.
        self.accepted: dict[str, float] = {}
        self.joined = 0
        self._record = record
        self._began = time.monotonic()
        self._calls = 0
        self._transaction = 0
        self._waiting: dict[str, asyncio.Future[list[Any]]] = {}
        self._changed = asyncio.Event()
        self._server: Server | None = None

    async def start(self) -> int:
        """The port."""
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            0,
            subprotocols=["ocpp1.6"],  # type: ignore[list-item]
            process_request=self._let_in,
            ping_interval=None,
            compression=None,
        )
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def stop(self) -> None:
        self.refuses = True
        if self._server is not None:
            self.cut()
            self._server.close()
            await self._server.wait_closed()

    @property
    def now(self) -> float:
        return time.monotonic() - self._began

    def cut(self) -> None:
        """All connections, without a close frame, as a network does it."""
        for connection in list(self.connections.values()):
            connection.transport.abort()

    async def call(
        self, action: str, payload: dict[str, Any], within: float, identity: str = "", id_: str = ""
    ) -> list[Any] | None:
        """The frame that answers, or None. Without an identity: the charger that is connected."""
        self._calls += 1
        id_ = id_ or f"c{self._calls}"
        answer = asyncio.get_running_loop().create_future()
        self._waiting[id_] = answer
        try:
            await self.send(json.dumps([2, id_, action, payload]), identity)
            return await asyncio.wait_for(answer, within)
        except (TimeoutError, ConnectionClosed):
            return None
        finally:
            self._waiting.pop(id_, None)

    async def send(self, frame: str | bytes, identity: str = "") -> None:
        """As it is. Nothing where nobody is connected."""
        identity = identity or next(iter(self.connections), "")
        connection = self.connections.get(identity)
        if connection is None:
            return
        if self._record:
            self._keep(False, frame)
        await connection.send(frame)

    async def until(self, wanted: Callable[[], Any], within: float) -> Any:
        """The first true value of wanted(), which is asked at each frame and connection; else its last one."""
        end = time.monotonic() + within
        while not (found := wanted()):
            left = end - time.monotonic()
            if left <= 0:
                return found
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                continue
        return found

    def since(self, at: float, *actions: str) -> list[Frame]:
        """The calls of the charger since then."""
        return [frame for frame in self.frames if frame.at >= at and frame.calls(*actions)]

    def _keep(self, incoming: bool, text: str | bytes) -> None:
        shown = text if isinstance(text, str) else f"hex:{text.hex()}"
        self.frames.append(Frame(self.now, time.time(), self.joined, incoming, shown))

    def _let_in(self, connection: ServerConnection, request: Request) -> Response | None:
        if self.refuses:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "not now\n")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        identity = connection.request.path.rstrip("/").rpartition("/")[2]
        self.joined += 1
        self.connections[identity] = connection
        self._changed.set()
        try:
            async for text in connection:
                await self._received(identity, connection, text)
        except ConnectionClosed:
            pass
        finally:
            if self.connections.get(identity) is connection:
                del self.connections[identity]
            self._changed.set()

    async def _received(self, identity: str, connection: ServerConnection, text: str | bytes) -> None:
        if self._record:
            self._keep(True, text)
        try:
            message = json.loads(text)
            kind, id_ = message[0], message[1]
            action = message[2] if kind == 2 else ""
        except (ValueError, LookupError, TypeError):
            self.counts["not a frame"] += 1
            return
        if kind == 2:
            self.counts[str(action)] += 1
            if action not in self.silent:
                answer = self._answer(identity, str(action), message[3])
                if self._record:
                    self._keep(False, json.dumps([3, id_, answer]))
                await connection.send(json.dumps([3, id_, answer]))
        elif (waiting := self._waiting.get(id_)) is not None and not waiting.done():
            waiting.set_result(message)
        self._changed.set()

    def _answer(self, identity: str, action: str, payload: Any) -> dict[str, Any]:
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if action == "BootNotification":
            if self.boot["status"] == "Accepted":
                self.accepted[identity] = self.now
            told = {"interval": self.interval(len(self.accepted))} if self.interval else {}
            return {**self.boot, **told, "currentTime": at}
        if action == "StartTransaction":
            self._transaction += 1
            self.transactions[identity] = self._transaction
            return {"transactionId": self._transaction, "idTagInfo": ACCEPTED}
        if action == "StopTransaction":
            self.transactions.pop(identity, None)
            return {"idTagInfo": ACCEPTED} if isinstance(payload, dict) and "idTag" in payload else {}
        answers: dict[str, dict[str, Any]] = {
            "Authorize": {"idTagInfo": ACCEPTED},
            "DataTransfer": ACCEPTED,
            "Heartbeat": {"currentTime": at},
        }
        return answers.get(action, {})
