# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Beside the JSON API: /api, its description for a person, and /metrics, for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chargerctl.central.web.api.describing import sections, things
from chargerctl.central.web.parts import Parts


def router(parts: Parts, document: Mapping[str, Any]) -> APIRouter:
    """document: of the API (OpenAPI)."""
    routes = APIRouter()

    @routes.get("/api", include_in_schema=False)
    def api(request: Request) -> HTMLResponse:
        address = f"{request.url.scheme}://{request.url.netloc}"
        server = f"{address}{document['servers'][0]['url']}"
        return parts.pages.page(
            request,
            "api/api.html",
            about=document["info"]["description"],
            address=address,
            sections=sections(document, server),
            things=things(document),
        )

    @routes.get("/metrics", include_in_schema=False)
    def metrics(request: Request) -> Response:
        if parts.metrics is None:
            raise HTTPException(404, "nothing is counted here")
        text, kind = parts.metrics.text(request.headers.get("accept", ""))
        return Response(text, media_type=kind)

    return routes
