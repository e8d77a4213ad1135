# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The WebSocket server for chargers that speak OCPP-J 1.6 ("J" is its specification): handshakes and frames, no OCPP.

It gives frames to the desk and never waits for it. Compression is not offered (J 5.1): frames are short, and its state
costs more memory for each charger than everything else.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from functools import partial
from typing import Protocol

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from chargerctl.central.ocppj.admission import Accounts, Admission, Refusal
from chargerctl.central.ocppj.chargers import REPLACED, Chargers
from chargerctl.central.ocppj.connection import ChargerConnection, HandshakeLog, report_tls
from chargerctl.central.ocppj.limits import Limits
from chargerctl.central.ocppj.link import POLICY, Outbox, WebSocketLink, close_reason
from chargerctl.central.ocppj.origin import is_foreign_page
from chargerctl.central.ocppj.shared import Alone, Shared
from chargerctl.errors import ChargerctlError
from chargerctl.events.event import Event, Tell
from chargerctl.listening.door import Door
from chargerctl.listening.sockets import listen
from chargerctl.loop_thread import LoopThread
from chargerctl.ocppj import SUBPROTOCOL, identity_of
from chargerctl.visible import visible

PROTOCOL_ERROR, UNSUPPORTED, TRY_AGAIN = 1002, 1003, 1013

_START_S = 10


class Desk(Protocol):
    """What takes the frames. Its methods return at once."""

    def connected(self, serial: str, link: WebSocketLink) -> object: ...

    def disconnected(self, serial: str, link: WebSocketLink) -> object: ...

    def received(self, serial: str, link: WebSocketLink, frame: str) -> object: ...


class WebSocketServer:
    """Listens from its construction until close(). Chargers connect at ws://host:port/any/path/IDENTITY."""

    def __init__(
        self,
        thread: LoopThread,
        host: str,
        port: int,
        desk: Desk,
        accounts: Accounts,
        tell: Tell,
        without_password: bool,
        tls: ssl.SSLContext | None = None,
        ping_interval_s: float = 30,
        limits: Limits | None = None,
        shared: Shared | None = None,
    ) -> None:
        """`port` 0 takes a free one. `without_password`: a charger that has no password in the books may connect: on the
        loopback interface, or in a network that is trusted (J 6). ping_interval_s 0: no pings. shared: which chargers
        are this process's; None: all. ChargerctlError if it cannot listen there."""
        self._thread = thread
        self._desk = desk
        self._tell = tell
        self._limits = limits or Limits()
        self._admission = Admission(accounts, without_password, self._limits)
        self._chargers = Chargers()
        self._shared = shared = shared or Alone()
        self._outbox = Outbox(thread.loop, shared.holds)
        self._servers: list[Server] = []
        self._closing: set[asyncio.Task[None]] = set()
        try:
            self.port: int = thread.run(self._start(host, port, tls, ping_interval_s or None), _START_S)
        except OSError as error:
            self._admission.close()
            raise ChargerctlError(
                f"cannot listen for OCPP-J on {host}:{port}: {error.strerror or error}; "
                "end what listens there, or name another place with --ocpp"
            ) from error

    def close(self) -> None:
        """Close all connections with code 1001, and stop. What the desk has sent before is sent."""
        self._thread.run(self._stop(), 2 * self._limits.close_s + _START_S)
        self._admission.close()

    async def _start(self, host: str, port: int, tls: ssl.SSLContext | None, ping_s: float | None) -> int:
        if tls is not None:
            report_tls(tls, self._report)
        door = self._limits.door()
        sockets = await listen(host, port, door, self._refuse_at_door)
        for each in sockets:
            self._servers.append(await self._start_on(each, door, tls, ping_s))
        port_taken: int = sockets[0].getsockname()[1]
        return port_taken

    async def _start_on(
        self, listening: socket.socket, door: Door, tls: ssl.SSLContext | None, ping_s: float | None
    ) -> Server:
        return await serve(
            self._serve,
            sock=listening,
            ssl=tls,
            process_request=self._handshake,
            select_subprotocol=_select,
            compression=None,
            server_header=None,
            open_timeout=self._limits.handshake_s,
            close_timeout=self._limits.close_s,
            ping_interval=ping_s,
            ping_timeout=ping_s,
            max_size=self._limits.frame_bytes,
            logger=self._library_log(),
            create_connection=partial(  # type: ignore[arg-type]  # a callable is all that it has to be
                ChargerConnection, door=door, limits=self._limits, report=self._report
            ),
        )

    async def _stop(self) -> None:
        for each in self._servers:
            each.close()
        for each in self._servers:
            await each.wait_closed()
        if self._closing:
            await asyncio.wait(self._closing)

    def _library_log(self) -> logging.Logger:
        # Not one of logging's own tree: it is this server's, and goes with it.
        log = logging.Logger("websockets.server", logging.ERROR)
        log.addHandler(HandshakeLog(self._report))
        return log

    # The handshake.

    async def _handshake(self, connection: ServerConnection, request: Request) -> Response | None:
        assert isinstance(connection, ChargerConnection)
        try:
            identity = identity_of(request.path)
        except ValueError as error:
            return self._refuse(connection, Refusal(404, "unknown", f"{error}: {visible(request.path[:80])}"))
        authorization = request.headers.get_all("Authorization")
        verdict = await self._admission.ask(
            identity, authorization[0] if len(authorization) == 1 else None, connection.network
        )
        connection.identity = identity
        if isinstance(verdict, Refusal):
            return self._refuse(connection, verdict)
        origins, hosts = request.headers.get_all("Origin"), request.headers.get_all("Host")
        if is_foreign_page(origins, hosts, verdict.proven):
            return self._refuse(
                connection, Refusal(403, "web-page", f"a web page opened it: {visible(str(origins)[:80])}")
            )
        return None

    def _refuse_at_door(self, reason: str, address: str) -> None:
        self._report("handshakes", reason, address=address)

    def _refuse(self, connection: ChargerConnection, refusal: Refusal) -> Response:
        connection.report(refusal.what, f"refused: {refusal.reason} (HTTP {refusal.status})")
        connection.ended = refusal.reason
        response = connection.respond(refusal.status, "not connected\n")
        if refusal.status == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="OCPP", charset="UTF-8"'
        if refusal.retry_after_s:
            response.headers["Retry-After"] = str(refusal.retry_after_s)
        return response

    # The connection.

    async def _serve(self, websocket: ServerConnection) -> None:
        assert isinstance(websocket, ChargerConnection)
        websocket.leave_door()
        if websocket.subprotocol is None:
            # J 3.2: the handshake is completed without a subprotocol, and then the connection is closed.
            websocket.report("subprotocol", f"refused: it does not offer the subprotocol {SUBPROTOCOL}")
            await websocket.close(PROTOCOL_ERROR, f"the subprotocol {SUBPROTOCOL} is required")
            return
        if not await self._shared.take(websocket.identity):
            await self._close(websocket, TRY_AGAIN, "the charger cannot be taken over now: connect again")
            return
        link = WebSocketLink(websocket, self._outbox, self._thread.loop)
        self._enter(websocket.identity, link)
        try:
            await self._read(websocket, link)
        except ConnectionClosed as closed:
            self._report_end(websocket, closed)
        finally:
            if self._chargers.leave(websocket.identity, link):
                self._desk.disconnected(websocket.identity, link)

    def _enter(self, identity: str, link: WebSocketLink) -> None:
        before = self._chargers.enter(identity, link)
        if before is not None:
            self._desk.disconnected(identity, before)
            before.connection.ended = REPLACED
            before.connection.report("replaced", f"{REPLACED}, from {link.connection.address}")
            task = asyncio.create_task(before.connection.close(POLICY, close_reason(REPLACED)))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        self._desk.connected(identity, link)

    async def _read(self, websocket: ChargerConnection, link: WebSocketLink) -> None:
        while True:
            parts = []
            async for part in websocket.recv_streaming():
                if not isinstance(part, str):
                    await self._close(websocket, UNSUPPORTED, "a binary frame; OCPP-J has text only")
                    return
                parts.append(part)
                if len(parts) > self._limits.fragments:
                    await self._close(websocket, POLICY, "a message in too many fragments")
                    return
            if websocket.ended:
                return
            frame = "".join(parts)
            if frame:
                self._desk.received(websocket.identity, link, frame)
            else:
                websocket.report("empty", "an empty message, ignored")

    async def _close(self, websocket: ChargerConnection, code: int, reason: str) -> None:
        websocket.ended = reason
        websocket.report("protocol", f"{reason}; closed with code {code}")
        await websocket.close(code, close_reason(reason))

    def _report_end(self, websocket: ChargerConnection, closed: ConnectionClosed) -> None:
        """Of what has an end that we decided on: everything else is the charger's business."""
        sent = closed.sent
        if (
            sent is not None
            and sent.code in (1002, 1007, 1009, 1011)
            and not websocket.ended
            and not closed.rcvd
        ):
            websocket.report("protocol", f"closed with code {sent.code}: {visible(sent.reason)}")

    def _report(self, what: str, text: str, serial: str = "", address: str = "") -> None:
        place = f" from {address}" if address else ""
        self._tell(Event(what, f"OCPP-J{place}: {text}", serial, {"address": address} if address else {}))


def _select(connection: ServerConnection, offered: object) -> Subprotocol | None:
    """J 3.1.2. Others that the charger offers, as ocpp2.0.1, are passed over."""
    return Subprotocol(SUBPROTOCOL) if isinstance(offered, (list, tuple)) and SUBPROTOCOL in offered else None
