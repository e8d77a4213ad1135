# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A web server on a thread of its own, for a program that does not use asyncio."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from chargerctl.errors import ChargerctlError
from chargerctl.settings.kinds import HostPort

_CLOSING_S = 3
_MOST_CONNECTIONS = 500


class Server:
    """Serves `app` at `where` until close(). port: the one that was given, or the one that the system chose for 0.

    on_closing: called first when it ends: it ends the streams, which would last for ever. ChargerctlError: it cannot listen.
    """

    def __init__(
        self,
        app: ASGIApp,
        where: HostPort,
        on_closing: Callable[[], object],
        certificate: tuple[str, str] | None = None,
    ) -> None:
        self._on_closing = on_closing
        self._socket = _listen(where)
        self.port: int = self._socket.getsockname()[1]
        cert, key = certificate or (None, None)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=_CLOSING_S,
            ssl_certfile=cert,
            ssl_keyfile=key,
        )
        self._server = uvicorn.Server(config)
        self.failure: BaseException | None = None
        """What has ended it: a bug."""
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer what has begun, within seconds, and end."""
        self._on_closing()
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        except BaseException as error:  # noqa: BLE001 (whoever runs the server reports it)
            self.failure = error


def _listen(where: HostPort) -> socket.socket:
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    try:
        return socket.create_server((where.host, where.port), family=family, backlog=128)
    except OSError as error:
        raise ChargerctlError(
            f"{where}: the web page cannot listen there: {error.strerror}", address=str(where)
        ) from None
