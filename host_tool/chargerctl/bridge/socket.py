# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger's WebSocket to the central system: opened with subprotocol, identity and password, or RefusedError in words."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidHeader,
    InvalidStatus,
    NegotiationError,
)
from websockets.typing import Subprotocol

from chargerctl import __version__
from chargerctl.bridge.refusal import (
    RefusedError,
    by_close,
    by_error,
    by_status,
    no_answer,
    without_subprotocol,
)
from chargerctl.ocppj import SUBPROTOCOL, basic_auth

OPEN_S = 15.0
CLOSE_S = 2.0
# Of a message: what is longer than the charger takes is still read, so that a call gets an answer.
LARGEST_READ = 1 << 20


@dataclass(frozen=True)
class Approach:
    """Where a charger connects, and with what. password: None for none (security profile 0)."""

    url: str
    user: str
    password: bytes | None = field(default=None, repr=False)
    context: ssl.SSLContext | None = None
    ping_s: float = 20.0
    open_s: float = OPEN_S

    @property
    def place(self) -> str:
        """host:port, of which an address of IPv6 is in brackets."""
        parts = urlsplit(self.url)
        port = parts.port or (443 if parts.scheme == "wss" else 80)
        host = parts.hostname or ""
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class _Connect(connect):
    """Follows no redirect: the password is for the one that was named."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def open_socket(approach: Approach) -> ClientConnection:
    """Raises RefusedError."""
    place = approach.place
    headers = []
    if approach.password is not None:
        headers.append(("Authorization", basic_auth(approach.user, approach.password)))
    try:
        opened = await _Connect(
            approach.url,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers=headers,
            user_agent_header=f"chargerctl/{__version__}",
            compression=None,
            proxy=None,
            open_timeout=approach.open_s,
            close_timeout=CLOSE_S,
            ping_interval=approach.ping_s or None,
            ping_timeout=approach.ping_s or None,
            max_size=LARGEST_READ,
            ssl=approach.context,
        )
    except (OSError, UnicodeError, InvalidHandshake, EOFError) as error:
        raise not_opened(error, approach) from error
    if opened.subprotocol != SUBPROTOCOL:
        await opened.close(1002)
        raise without_subprotocol(place, opened.subprotocol)
    return opened


def not_opened(error: Exception, approach: Approach) -> RefusedError:
    """Why a connection has not come about."""
    place = approach.place
    if isinstance(error, InvalidStatus):
        response = error.response
        user = None if approach.password is None else approach.user
        path = urlsplit(approach.url).path
        return by_status(response.status_code, response.headers.get("Location"), place, path, user)
    if isinstance(error, NegotiationError):
        return without_subprotocol(place, str(error).rpartition(": ")[2])
    if isinstance(error, InvalidHeader) and error.name.lower() == "sec-websocket-protocol":
        return without_subprotocol(place, error.value)
    if isinstance(error, TimeoutError):
        return no_answer(place, approach.open_s)
    return by_error(error, place, approach.context is not None)


def ended(error: ConnectionClosed, approach: Approach, most_bytes: int = LARGEST_READ) -> RefusedError:
    """Why an open connection has ended. most_bytes: of a message that it takes."""
    received: Any = error.rcvd
    if received is not None:
        return by_close(received.code, received.reason, approach.place, approach.ping_s)
    sent: Any = error.sent
    if sent is not None and sent.code == 1011 and "ping" in sent.reason:
        return by_close(None, "", approach.place, approach.ping_s)
    if sent is not None and sent.code == 1009:
        return RefusedError(
            "too long",
            approach.place,
            f"a message of more than {most_bytes} bytes came: the connection was closed",
            "see what the central system sends",
        )
    if sent is not None and sent.code != 1000:
        return RefusedError(
            "protocol",
            approach.place,
            f"what came is no WebSocket: the connection was closed ({sent.code})",
            "see what is between here and there",
        )
    return by_close(1006, "", approach.place, approach.ping_s)
