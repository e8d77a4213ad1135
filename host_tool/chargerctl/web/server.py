# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A web server on a thread of its own, for a program that does not use asyncio."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterable

import uvicorn
from starlette.types import ASGIApp

from chargerctl import descriptors
from chargerctl.errors import ChargerctlError
from chargerctl.events.event import Event, Tell
from chargerctl.events.library_log import LibraryLog
from chargerctl.listening.door import Door
from chargerctl.listening.sockets import Refused, bound
from chargerctl.settings.kinds import HostPort
from chargerctl.web.connection import Connection

_MOST = 500
# Of the files that this process may open: the others are for chargers, books and brokers.
_SHARE = 4
# Of one address there may be a fifth of all, and in any case what a few browsers want: six each.
_ADDRESSES, _FEW = 5, 24
_HANDSHAKE_S = 5.0
_CLOSING_S = 3
# From Python 3.12 on it waits for those that are still in the TLS handshake, too: nobody who was to be answered.
_NOBODY_CUT_OFF = "Cancel 0 running task(s)"


def most_connections() -> int:
    """How many there may be at a time, with those that have not completed the TLS handshake."""
    return descriptors.share(_MOST, _SHARE)


class _Uvicorn(uvicorn.Server):
    """It would give everybody a minute for the TLS handshake."""

    async def startup(self, sockets: Iterable[socket.socket] | None = None) -> None:
        await super().startup(sockets=[])
        for each in sockets or ():
            server = await asyncio.get_running_loop().create_server(
                self._connection,
                sock=each,
                ssl=self.config.ssl,
                ssl_handshake_timeout=_HANDSHAKE_S if self.config.ssl else None,
            )
            self.servers.append(server)

    def _connection(self) -> Connection:
        return Connection(self.config, self.server_state, self.lifespan.state)


class Server:
    """Serves `app` at `where` until close(). port: the one that was given, or the one that the system chose for 0.

    on_closing: called first when it ends, from the thread of close(): it ends the streams, which would last for ever.
    tls: then it is https. ChargerctlError: it cannot listen.
    """

    def __init__(
        self,
        app: ASGIApp,
        where: HostPort,
        tell: Tell,
        on_closing: Callable[[], object] = lambda: None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._on_closing = on_closing
        self._tell = tell
        most = most_connections()
        door = Door(most, min(most, max(most // _ADDRESSES, _FEW)), most_here=most)
        self._socket = _listen(where, door, self._refused)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            http=Connection,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=_CLOSING_S,
        )
        config.load()
        # Its own way from files to a context asks for the password of an encrypted key on the terminal.
        config.ssl = tls
        self._server = _Uvicorn(config)
        self.failure: BaseException | None = None
        """What has ended it: a bug."""
        self._log = LibraryLog(tell, "uvicorn.error", "web", "web page", (_NOBODY_CUT_OFF,))
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer what has begun, within seconds, and end."""
        self._on_closing()
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
        self._log.close()

    def _refused(self, reason: str, address: str) -> None:
        text = f"web page: no more connections from {address}: {reason}"
        self._tell(Event("connections", text, details={"address": address}))

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 (whoever runs the server reports it)
            self.failure = error

    async def _serve(self) -> None:
        descriptors.watch(asyncio.get_running_loop(), self._tell)
        await self._server.serve(sockets=[self._socket])


def _listen(where: HostPort, door: Door, refused: Refused) -> socket.socket:
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    try:
        listening = bound(family, socket.SOCK_STREAM, 0, (where.host, where.port), door, refused)
        listening.listen(128)
    except OSError as error:
        # Its own text repeats the address.
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        raise ChargerctlError(
            f"cannot listen on {where}: {reason}; choose another port or address for the web page",
            address=str(where),
        ) from None
    return listening
