# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Stands before every route: nothing but the page to log in is given to whoever is not admitted.

It knows no routes, so that a new one is behind it from the beginning. Reading is GET and HEAD; every other method changes
something: it is refused to who may only look, has to come from a page of ours (CSRF), and is told to the log.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chargerctl.central.books.interface import BooksError
from chargerctl.central.web.login import forms
from chargerctl.central.web.login.door import Door, NotAdmitted, is_api
from chargerctl.central.web.login.lasting import while_allowed
from chargerctl.central.web.viewer import Viewer
from chargerctl.events.event import Event, Tell

LOGIN = "/login"
LOGOUT = "/logout"

_READING = ("GET", "HEAD")
# What the page to log in is made of.
_STATIC = ("/static/base/", "/static/login/")
_LONGEST_PATH = 200
_OLD_PAGE = "this page is from before you logged in: load it again, and try once more"
_NO_TOKEN = "a program that changes something sends a token: `chargerctl central token add` makes one"


class Gate:
    """Around an application; sets scope["viewer"] for it. clock: seconds that never go back. Raises HTTPException."""

    def __init__(
        self, app: ASGIApp, door: Door, tell: Tell, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._app = app
        self._door = door
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if is_public(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            viewer = await run_in_threadpool(self._door.viewer, connection)
        except NotAdmitted as refused:
            await _to_log_in(scope, connection, refused)(scope, receive, send)
            return
        scope["viewer"] = viewer
        if scope["method"] in _READING:

            async def still() -> bool:
                return await self._is_still(viewer, connection)

            await while_allowed(self._app, scope, receive, send, still, self._clock)
        else:
            await self._change(scope, connection, receive, send, viewer)

    async def _change(
        self, scope: Scope, connection: HTTPConnection, receive: Receive, send: Send, viewer: Viewer
    ) -> None:
        path = scope["path"]
        if not viewer.may_change and path != LOGOUT:
            raise HTTPException(403, f"{viewer.name} may look, and change nothing")
        if not _is_program(connection):
            ours = await forms.admitted(scope, receive, viewer.csrf)
            if ours is None:
                raise HTTPException(403, _NO_TOKEN if is_api(path) else _OLD_PAGE)
            receive = ours
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            if path != LOGOUT:
                self._note(viewer, scope["method"], path[:_LONGEST_PATH], status)

    def _note(self, viewer: Viewer, method: str, path: str, status: int) -> None:
        who = viewer.name or "somebody at this computer"
        details = {"user": viewer.name, "method": method, "path": path, "status": status}
        self._tell(Event("change", f"{who}: {method} {path}: {status}", details=details))

    async def _is_still(self, viewer: Viewer, connection: HTTPConnection) -> bool:
        try:
            return await run_in_threadpool(self._door.viewer, connection) == viewer
        except NotAdmitted:
            return False
        except BooksError:
            return True  # the books say nothing: whoever is in stays in for the moment


def is_public(method: str, path: str) -> bool:
    """Whether anybody gets it."""
    if path == LOGIN:
        return method in (*_READING, "POST")
    return method in _READING and path.startswith(_STATIC) and ".." not in path


def _to_log_in(scope: Scope, connection: HTTPConnection, refused: NotAdmitted) -> Response:
    path = scope["path"]
    if _is_page(connection) and not is_api(path):
        where = path + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        known = scope["method"] == "GET" and path != "/"
        return RedirectResponse(f"{LOGIN}?next={quote(where, safe='')}" if known else LOGIN, 303)
    headers = {"Retry-After": str(refused.wait_s)} if refused.wait_s else {}
    if is_api(path):
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse({"error": refused.sentence, "login": LOGIN}, refused.status, headers)


def _is_page(connection: HTTPConnection) -> bool:
    """Whether a browser shows the answer."""
    return "text/html" in connection.headers.get("accept", "")


def _is_program(connection: HTTPConnection) -> bool:
    """It came in by its token: no browser sends that by itself."""
    return connection.headers.get("authorization", "").lower().startswith("bearer ")
