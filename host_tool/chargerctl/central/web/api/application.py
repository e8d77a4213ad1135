# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The JSON API, version 1, below /api/v1: the same objects as `--json` of the commands."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import JSONResponse

from chargerctl import __version__
from chargerctl.central.web.api import calls, cards, chargers, sessions
from chargerctl.central.web.api.document import documented
from chargerctl.central.web.parts import Parts

PREFIX = "/api/v1"


def api(parts: Parts) -> FastAPI:
    """To be mounted at PREFIX. It has no handlers of errors yet."""
    app = FastAPI(
        title="chargerctl central",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    for each in (chargers, calls, sessions, cards):
        app.include_router(each.router(parts))
    document = documented(app, PREFIX)

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> JSONResponse:
        return JSONResponse(document)

    app.state.document = document
    return app
