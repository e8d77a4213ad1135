# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The routes of the page: the page, the live stream, a line that is to act, and the session as a script.

There is no login: the server listens on loopback only, and takes no request that comes from another web site.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from chargerctl.events.event import Tell
from chargerctl.simulator.web.controls import controls
from chargerctl.simulator.web.hands import Hands, TooMuchError
from chargerctl.simulator.web.mirror import Event, Mirror
from chargerctl.web.errors import Errors
from chargerctl.web.guard import Guard
from chargerctl.web.head import Head
from chargerctl.web.headers import SafeHeaders
from chargerctl.web.streams import Sent, Streams
from chargerctl.web.templates import STATIC, environment

HERE = Path(__file__).parent
# Events that wait for a viewer who does not read; with more, it gets the present again.
_MOST_WAITING = 1_000


def application(
    mirror: Mirror, hands: Hands, streams: Streams, is_ours: Callable[[str], bool], tell: Tell
) -> ASGIApp:
    """is_ours: as in Guard."""
    templates = environment(HERE / "templates")

    def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
        return HTMLResponse(templates.get_template(template).render(**values), status)

    def error_page(request: Request, status: int, title: str, sentence: str) -> Response:
        return page("error.html", status, title=title, sentence=sentence)

    errors = Errors(tell, error_page, {TooMuchError: 429})
    app = FastAPI(title="chargerctl simulate", docs_url=None, redoc_url=None, openapi_url=None)
    errors.install(app)
    app.mount("/static/base", StaticFiles(directory=STATIC))
    app.mount("/static/board", StaticFiles(directory=HERE / "static"))

    @app.get("/")
    async def board() -> Response:
        return page("board.html", **controls())

    @app.get("/stream")
    async def stream() -> Response:
        return streams.response(following(mirror))

    # In a thread: it waits until the line has acted.
    @app.post("/line")
    def line(line: Annotated[str, Form()] = "") -> dict[str, str]:
        hands.act(line)
        return {"said": f"{line.strip()}: done"}

    @app.get("/recorded.script")
    async def recorded() -> Response:
        attachment = {"Content-Disposition": 'attachment; filename="by-hand.script"'}
        return PlainTextResponse(mirror.script(), headers=attachment)

    return SafeHeaders(Head(errors.around(Guard(app, is_ours))))


async def following(mirror: Mirror) -> AsyncGenerator[Sent, None]:
    """What one viewer gets: the present, then events, several at once where they come fast. It ends with the simulation."""
    loop = asyncio.get_running_loop()
    waiting: list[Event] = []
    new = asyncio.Event()

    def arrived(event: Event) -> None:
        # One more than are sent shows that some are missing.
        if len(waiting) <= _MOST_WAITING:
            waiting.append(event)
        new.set()

    def put(event: Event) -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(arrived, event)

    present, leave = mirror.follow(put)
    try:
        yield "present", present
        while present["ended"] is None:
            await new.wait()
            new.clear()
            events = waiting.copy()
            waiting.clear()
            if len(events) > _MOST_WAITING:
                present = mirror.present()
                yield "present", present
                continue
            yield "events", events
            if events[-1]["kind"] == "ended":
                return
    finally:
        leave()
