# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What every request passes first: whose page it asks for, where it comes from, how long it is.

A browser sends the requests of any web page to any address. So a request must name this server as its Host (DNS rebinding),
and one that changes something must come from a page of this server (Origin, Sec-Fetch-Site).
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chargerctl.web.hosts import name_of

LONGEST_BODY = 256 * 1024
_SAFE = ("GET", "HEAD", "OPTIONS")
_FOREIGN = "the request comes from another web site: open this page by its own address and try again"


class Guard:
    """Around an application; it refuses with HTTPException. is_ours(host): whether a request may name this host, without its
    port, in lower case."""

    def __init__(self, app: ASGIApp, is_ours: Callable[[str], bool]) -> None:
        self._app = app
        self._is_ours = is_ours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        self._check(scope["method"], headers)
        await self._app(scope, _bounded(receive), send)

    def _check(self, method: str, headers: Headers) -> None:
        host = headers.get("host", "")
        if not self._is_ours(name_of(host)):
            raise HTTPException(421, "this server does not answer to that name: add it to `http_hosts`")
        if method not in _SAFE:
            origin = headers.get("origin")
            if origin is not None and _netloc(origin) != host.lower():
                raise HTTPException(403, _FOREIGN)
            if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                raise HTTPException(403, _FOREIGN)
        length = headers.get("content-length", "0")
        if len(length) > 12 or not length.isdecimal() or int(length) > LONGEST_BODY:
            raise _too_long()


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _too_long() -> HTTPException:
    return HTTPException(413, f"more than {LONGEST_BODY // 1024} KB were sent: send less at once")


def _bounded(receive: Receive) -> Receive:
    """Without Content-Length nothing says how long a body is. How long it may take is the concern of connection.py."""
    left = LONGEST_BODY

    async def bounded() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _too_long()
        return message

    return bounded
