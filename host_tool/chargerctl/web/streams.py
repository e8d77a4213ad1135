# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Live streams: server-sent events (HTML standard, 9.2), one stream for each viewer who looks.

A slow viewer keeps nobody waiting and loses nothing that still holds: of each thing only the latest state is sent.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Callable, Hashable, Iterable, Mapping
from contextlib import suppress
from typing import TypeVar

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chargerctl.errors import ChargerctlError

MOST = 200
# A browser connects again, and passes the login again.
_LONGEST_S = 600.0
# The gate ends the streams of a session that has ended when they are written to.
_KEEPALIVE_S = 5.0
# For a viewer that does not read: what waits for it is not kept for ever.
_PATIENCE_S = 30.0
_AGAIN_MS = 2000

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

Sent = tuple[str, object]
"""An event: its name, and what its data are as JSON."""


class Streams:
    """All that are open. Its methods may be called from any thread.

    whose: whom a request is for; everybody gets at most a quarter of all. None: they are not told apart.
    """

    def __init__(self, most: int = MOST, whose: Callable[[Scope], Hashable] | None = None) -> None:
        self._most = most
        self._most_of_one = most if whose is None else max(1, most // 4)
        self._whose = whose or (lambda scope: None)
        self._lock = threading.Lock()
        # Of each: its loop, and whose it is.
        self._open: dict[asyncio.Event, tuple[asyncio.AbstractEventLoop, Hashable]] = {}
        self._closed = False

    def response(self, events: AsyncGenerator[Sent, None]) -> Response:
        """What a route returns. The stream lasts until `events` end, the viewer goes, ten minutes are over, or close(); then
        `events` are closed. When it begins: HTTPException, if there are too many."""
        return _Stream(self, events)

    def close(self) -> None:
        """End all, and let none begin."""
        with self._lock:
            self._closed = True
            for end, (loop, _) in self._open.items():
                with suppress(RuntimeError):  # its loop has ended
                    loop.call_soon_threadsafe(end.set)

    def begin(self, scope: Scope) -> asyncio.Event:
        """Count one that begins, in its loop; it ends when this is set. HTTPException: there are too many."""
        whose = self._whose(scope)
        with self._lock:
            if self._closed:
                raise HTTPException(503, "the server stops")
            if len(self._open) >= self._most:
                raise HTTPException(503, "too many live pages are open: try again when some are closed")
            of_one = sum(other == whose for _, other in self._open.values())
            if of_one >= self._most_of_one:
                raise HTTPException(503, f"{of_one} live pages of this account are open: close some")
            end = asyncio.Event()
            self._open[end] = asyncio.get_running_loop(), whose
        return end

    def ended(self, end: asyncio.Event) -> None:
        with self._lock:
            del self._open[end]


async def latest(
    subscribe: Callable[[Callable[[Mapping[Key, Value]], None]], Callable[[], object]],
    render: Callable[[Mapping[Key, Value]], Iterable[Sent]],
) -> AsyncGenerator[Sent, None]:
    """The events of one viewer who is shown the latest state of things.

    subscribe(put): must not wait; put({key: value}) may be called from any thread and does not wait either; it returns what
    ends the subscription. render({key: value}) makes events of all that is new since the last time; it runs in a thread.
    """
    loop = asyncio.get_running_loop()
    lock = threading.Lock()
    waiting: dict[Key, Value] = {}
    new = asyncio.Event()

    def put(values: Mapping[Key, Value]) -> None:
        with lock:
            waiting.update(values)
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(new.set)

    def take() -> Mapping[Key, Value]:
        with lock:
            taken = dict(waiting)
            waiting.clear()
        return taken

    unsubscribe = subscribe(put)
    try:
        while True:
            await new.wait()
            new.clear()
            if taken := take():
                for event in await run_in_threadpool(lambda values: list(render(values)), taken):
                    yield event
    finally:
        unsubscribe()


class _Stream(Response):
    media_type = "text/event-stream"

    def __init__(self, streams: Streams, events: AsyncGenerator[Sent, None]) -> None:
        # The second header is for nginx, which would collect what comes.
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._streams = streams
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        end = self._streams.begin(scope)
        stops = [asyncio.ensure_future(end.wait()), asyncio.ensure_future(_until_gone(receive))]
        sending = asyncio.ensure_future(self._send_all(send))
        try:
            await asyncio.wait({sending, *stops}, timeout=_LONGEST_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._streams.ended(end)
            for task in (sending, *stops):
                task.cancel()
            results = await asyncio.gather(sending, *stops, return_exceptions=True)
            await self._events.aclose()
        if isinstance(results[0], Exception) and not isinstance(results[0], (ChargerctlError, OSError)):
            raise results[0]
        if not stops[1].done() or stops[1].cancelled():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_all(self, send: Send) -> None:
        async def write(body: bytes) -> None:
            # asyncio.wait_for of Python 3.11 loses a cancellation that comes when it is done: the stream would never end.
            async with asyncio.timeout(_PATIENCE_S):
                await send({"type": "http.response.body", "body": body, "more_body": True})

        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await write(format_sse_event(comment="live", retry=_AGAIN_MS))
        upcoming = None
        try:
            while True:
                upcoming = upcoming or asyncio.ensure_future(anext(self._events))
                done, _ = await asyncio.wait({upcoming}, timeout=_KEEPALIVE_S)
                if not done:
                    await write(KEEPALIVE_COMMENT)
                    continue
                name, data = upcoming.result()
                upcoming = None
                await write(format_sse_event(data_str=json.dumps(data), event=name))
        except (TimeoutError, StopAsyncIteration):
            return
        finally:
            if upcoming is not None:
                upcoming.cancel()
                await asyncio.gather(upcoming, return_exceptions=True)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
