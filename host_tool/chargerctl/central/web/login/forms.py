# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether a request that changes something was sent by a page of ours: it brings along what only such a page has (CSRF)."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

HEADER = "x-csrf"
FIELD = "csrf"

_LONGEST_FORM = 64 * 1024
_FORM = "application/x-www-form-urlencoded"


async def admitted(scope: Scope, receive: Receive, csrf: str) -> Receive | None:
    """What the route receives; None: it is not ours. csrf: of the viewer, "" never matches. HTTPException: it is too long.

    The header is enough. A form without it is read here, up to 64 KiB, and given to the route as it came.
    """
    headers = Headers(scope=scope)
    if HEADER in headers:
        return receive if same(headers[HEADER], csrf) else None
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return None
    body = await _read(receive)
    if body is None:
        return None
    try:
        fields = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return None
    given = [value for name, value in fields if name == FIELD]
    return _once_more(body, receive) if len(given) == 1 and same(given[0], csrf) else None


def same(given: str, csrf: str) -> bool:
    """In constant time."""
    return csrf != "" and secrets.compare_digest(given.encode("utf-8", "surrogatepass"), csrf.encode())


async def _read(receive: Receive) -> bytes | None:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > _LONGEST_FORM:
            raise HTTPException(413, f"a form has at most {_LONGEST_FORM // 1024} KB: send less")
        if not message.get("more_body", False):
            return bytes(body)


def _once_more(body: bytes, receive: Receive) -> Receive:
    read = False

    async def again() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
