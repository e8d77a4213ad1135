# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""/metrics, for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chargerctl.central.web.parts import Parts


def router(parts: Parts) -> APIRouter:
    routes = APIRouter()

    @routes.get("/metrics", include_in_schema=False)
    def metrics(request: Request) -> Response:
        if parts.metrics is None:
            raise HTTPException(404, "nothing is counted here")
        text, kind = parts.metrics.text(request.headers.get("accept", ""))
        return Response(text, media_type=kind)

    return routes
