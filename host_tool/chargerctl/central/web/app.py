# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The application: the guard, the gate (who may come in), and the routes of every page."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from chargerctl.central.books.interface import BooksError
from chargerctl.central.web.pages import HERE
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.sessions.routes import router as sessions
from chargerctl.central.web.viewer import Viewer
from chargerctl.web.errors import Errors
from chargerctl.web.guard import Guard
from chargerctl.web.headers import SafeHeaders
from chargerctl.web.templates import STATIC


def application(parts: Parts, is_ours: Callable[[str], bool]) -> ASGIApp:
    """is_ours: as in Guard."""
    errors = Errors(parts.tell, parts.pages.error, {BooksError: 503})
    app = FastAPI(title="chargerctl central", docs_url=None, redoc_url=None, openapi_url=None)
    errors.install(app)
    app.mount("/static/base", StaticFiles(directory=STATIC))
    app.mount("/static", StaticFiles(directory=HERE / "static", check_dir=False))
    # Every page has a function router(parts) in its folder, included here:
    #   chargers/  overview, /            charger/  /chargers/{serial}     sessions/  /sessions     cards/  /cards
    app.include_router(sessions(parts))
    #   login/     /login, /logout        api/      /api/v1, /api          (metrics)  /metrics
    return SafeHeaders(errors.around(Guard(_OpenGate(app), is_ours)))


class _OpenGate:
    """Until login/ has its gate."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["viewer"] = Viewer("", True, "open")
        await self._app(scope, receive, send)
