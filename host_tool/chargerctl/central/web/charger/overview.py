# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The first page of a charger: what it does now, and what it can be told."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chargerctl.central.web.charger.actions import TRIGGERS
from chargerctl.central.web.charger.follow import OverviewFollower, stream_of
from chargerctl.central.web.charger.fragments import Fragments, digest
from chargerctl.central.web.charger.snapshot import cards_for, view
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.viewer import viewer_of


def add_to(routes: APIRouter, parts: Parts) -> None:
    @routes.get("/chargers/{serial}")
    def page(request: Request, serial: str) -> HTMLResponse:
        fragments = Fragments(parts.pages, viewer_of(request).may_change)
        now = parts.now()
        with parts.store.reading() as connection:
            seen = view(connection, serial, now)
            cards = cards_for(connection, serial, now)
        live = fragments.of(seen)
        return parts.pages.page(
            request,
            "charger/overview.html",
            charger=seen.charger,
            view=seen,
            parts=live,
            seen=".".join(map(digest, live.values())),
            cards=cards,
            triggers=TRIGGERS,
        )

    @routes.get("/chargers/{serial}/stream")
    def stream(request: Request, serial: str, seen: str = "") -> Response:
        """seen: what the page has been drawn with."""
        fragments = Fragments(parts.pages, viewer_of(request).may_change)
        follower = OverviewFollower(fragments, serial, parts.now, seen)
        return stream_of(parts, serial, follower)
