# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The application: the guard, the gate (who may come in), and the routes of every page."""

from __future__ import annotations

import time
from collections.abc import Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.turns import BusyError
from chargerctl.central.web.api import page as api_page
from chargerctl.central.web.api import scraping
from chargerctl.central.web.api.application import PREFIX, api
from chargerctl.central.web.cards import routes as cards
from chargerctl.central.web.charger import router as charger
from chargerctl.central.web.chargers import router as chargers
from chargerctl.central.web.login import routes as login
from chargerctl.central.web.login.door import Door
from chargerctl.central.web.login.gate import Gate
from chargerctl.central.web.login.limits import Limits
from chargerctl.central.web.pages import HERE
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.sessions import routes as sessions
from chargerctl.web.errors import Errors
from chargerctl.web.guard import Guard
from chargerctl.web.head import Head
from chargerctl.web.headers import SafeHeaders
from chargerctl.web.templates import STATIC

MakeRoutes = Callable[[Parts, Door, Limits, Errors], ASGIApp]


def routes(parts: Parts, door: Door, limits: Limits, errors: Errors) -> FastAPI:
    """Of every page. Nothing stands before them: whoever is here was let in by the gate."""
    app = FastAPI(title="chargerctl central", docs_url=None, redoc_url=None, openapi_url=None)
    errors.install(app)
    app.mount("/static/base", StaticFiles(directory=STATIC))
    app.mount("/static", StaticFiles(directory=HERE / "static", check_dir=False))
    # Every page has a function router(parts) in its folder, included here:
    #   chargers/  overview, /            charger/  /chargers/{serial}     sessions/  /sessions     cards/  /cards
    #   login/     /login, /logout        api/      /api/v1, /api          (metrics)  /metrics
    app.include_router(chargers.router(parts))
    programs = api(parts)
    errors.install(programs)
    app.mount(PREFIX, programs)
    app.include_router(api_page.router(parts, programs.state.document))
    app.include_router(scraping.router(parts))
    app.include_router(charger.router(parts))
    app.include_router(sessions.router(parts))
    app.include_router(cards.router(parts))
    app.include_router(login.router(parts, door, limits))
    return app


def application(
    parts: Parts,
    is_ours: Callable[[str], bool],
    clock: Callable[[], float] = time.monotonic,
    make: MakeRoutes = routes,
) -> ASGIApp:
    """is_ours: as in Guard. clock: seconds that never go back, for what slows guessing down. make: what is behind it all."""
    limits = Limits(clock)
    door = Door(parts, limits)
    errors = Errors(parts.tell, parts.pages.error, {BooksError: 503}, _hides)
    gate = Gate(make(parts, door, limits, errors), door, parts.tell, clock)
    return SafeHeaders(Head(errors.around(Guard(gate, is_ours))))


def _hides(request: Request, error: Exception) -> bool:
    """Where the books are is not for somebody whom the gate has not let in, or could not say who it is."""
    return "viewer" not in request.scope and not isinstance(error, BusyError)
