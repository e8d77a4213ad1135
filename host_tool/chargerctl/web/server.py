# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A web server on a thread of its own, for a program that does not use asyncio."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from chargerctl import descriptors
from chargerctl.errors import ChargerctlError
from chargerctl.events.event import Tell
from chargerctl.events.library_log import LibraryLog
from chargerctl.settings.kinds import HostPort
from chargerctl.web.connection import Connection

_CLOSING_S = 3


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
        self._socket = _listen(where)
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
        self._server = uvicorn.Server(config)
        self.failure: BaseException | None = None
        """What has ended it: a bug."""
        self._log = LibraryLog(tell, "uvicorn.error", "web", "web page")
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer what has begun, within seconds, and end."""
        self._on_closing()
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
        self._log.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 (whoever runs the server reports it)
            self.failure = error

    async def _serve(self) -> None:
        descriptors.watch(asyncio.get_running_loop(), self._tell)
        await self._server.serve(sockets=[self._socket])


def _listen(where: HostPort) -> socket.socket:
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    try:
        return socket.create_server((where.host, where.port), family=family, backlog=128)
    except OSError as error:
        # Its own text repeats the address.
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        raise ChargerctlError(
            f"cannot listen on {where}: {reason}; choose another port or address for the web page",
            address=str(where),
        ) from None
