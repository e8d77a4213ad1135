# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The page of a charger's frames, with more of them on demand, and the payload of one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chargerctl.central.books.tables import LARGEST_ID
from chargerctl.central.messages.schemas import ACTIONS
from chargerctl.central.web.charger import log
from chargerctl.central.web.charger.follow import LogFollower, stream_of
from chargerctl.central.web.charger.fragments import Fragments
from chargerctl.central.web.charger.frame import pretty
from chargerctl.central.web.lookup import the_charger
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.viewer import viewer_of
from chargerctl.errors import NotFoundError

_LONGEST_TEXT = 200

Id = Annotated[int | None, Query(ge=0, le=LARGEST_ID)]


def filter_of(text: str = "", action: str = "", direction: str = "", kind: str = "") -> log.Filter:
    """From the query of an address. What stands there and is none of the choices means all."""
    return log.Filter(
        text=text[:_LONGEST_TEXT],
        action=action if action in ACTIONS else "",
        direction=next((each for each in log.DIRECTIONS if each == direction), ""),
        kind=next((each for each in log.KINDS if each == kind), ""),
    )


def add_to(routes: APIRouter, parts: Parts) -> None:
    @routes.get("/chargers/{serial}/log")
    def page(
        request: Request, serial: str, text: str = "", action: str = "", direction: str = "", kind: str = ""
    ) -> HTMLResponse:
        wanted = filter_of(text, action, direction, kind)
        with parts.store.reading() as connection:
            charger = the_charger(connection, serial, parts.now())
            newest = log.newest(connection, serial)
            found = log.page(connection, serial, wanted)
        return parts.pages.page(
            request,
            "charger/log.html",
            charger=charger,
            found=found,
            wanted=wanted,
            newest=newest,
            actions=sorted(ACTIONS),
            kept=parts.settings.keep_frames_days > 0 and parts.settings.keep_frames_mb > 0,
        )

    @routes.get("/chargers/{serial}/log/stream")
    def stream(
        request: Request,
        serial: str,
        after: Annotated[int, Query(ge=0, le=LARGEST_ID)],
        text: str = "",
        action: str = "",
        direction: str = "",
        kind: str = "",
    ) -> Response:
        """after: the id of the newest frame that the page has."""
        fragments = Fragments(parts.pages, viewer_of(request).may_change)
        newer = log.Newer(serial, filter_of(text, action, direction, kind), after)
        return stream_of(parts, serial, LogFollower(fragments, newer))

    @routes.get("/chargers/{serial}/frames")
    def more(
        serial: str,
        before: Id = None,
        text: str = "",
        action: str = "",
        direction: str = "",
        kind: str = "",
    ) -> HTMLResponse:
        """Older ones, for the end of the list."""
        with parts.store.reading() as connection:
            the_charger(connection, serial, parts.now())
            found = log.page(connection, serial, filter_of(text, action, direction, kind), before)
        return HTMLResponse(parts.pages.text("charger/frames.html", found=found))

    @routes.get("/chargers/{serial}/frames/{number}")
    def one(serial: str, number: int) -> HTMLResponse:
        """What is unfolded of a frame: its payload, and the call or the answer that belongs to it."""
        with parts.store.reading() as connection:
            the_charger(connection, serial, parts.now())
            found = log.pair(connection, serial, number) if 0 <= number <= LARGEST_ID else None
        if found is None:
            raise NotFoundError("this frame is not kept any more")
        frame, other = found
        return HTMLResponse(
            parts.pages.text(
                "charger/payload.html",
                frame=frame,
                text=pretty(frame.text),
                other=other,
                other_text=None if other is None else pretty(other.text),
            )
        )
