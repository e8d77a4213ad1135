# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Ends a long-running response, such as a stream of events, when its session is revoked."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_EVERY_S = 5.0


async def while_allowed(
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    still: Callable[[], Awaitable[bool]],
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Asks `still` before it sends anything that comes 5 s or more after it was asked last.

    Then nothing more is sent, and the server tells the application that the client is gone, as after any answer.
    """
    asked_at = clock()
    ended = False

    async def sending(message: Message) -> None:
        nonlocal asked_at, ended
        if message["type"] == "http.response.body" and clock() - asked_at >= _EVERY_S and not ended:
            asked_at = clock()
            ended = not await still()
            if ended:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        if not ended:
            await send(message)

    await app(scope, receive, sending)
