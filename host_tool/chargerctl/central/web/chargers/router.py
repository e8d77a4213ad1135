# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The routes of the overview: the page, its stream, and the button that lets a charger in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, tzinfo
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from chargerctl.central.books import owner
from chargerctl.central.books.interface import BooksError
from chargerctl.central.live.read import read_states
from chargerctl.central.live.state import State
from chargerctl.central.web.chargers import figures, sums
from chargerctl.central.web.chargers.connecting import ways
from chargerctl.central.web.chargers.drawing import drawing_of
from chargerctl.central.web.chargers.feed import ALL, Feed
from chargerctl.central.web.chargers.tile import is_shown, tile_of
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.status_words import words_of
from chargerctl.central.web.viewer import viewer_of
from chargerctl.visible import visible
from chargerctl.web.streams import Sent, latest
from chargerctl.web.zone import zone_of


def router(parts: Parts) -> APIRouter:
    routes = APIRouter()
    overview = Overview(parts)

    @routes.get("/", include_in_schema=False)
    def page(request: Request) -> Response:
        return overview.page(request)

    @routes.get("/stream", include_in_schema=False)
    async def stream(request: Request, after: str = "") -> Response:
        return overview.stream(request, after)

    @routes.post("/accept", include_in_schema=False)
    def accept(serial: Annotated[str, Form()]) -> dict[str, str]:
        return overview.accept(serial)

    return routes


class Overview:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._feed = Feed(parts.watch, parts.now, self._tile)
        # By the position of the feed, and a viewer's zone and day.
        self._sums_by: dict[tuple[str, tzinfo, date], str] = {}

    def page(self, request: Request) -> Response:
        position = self._feed.position()
        now = self._parts.now()
        with self._parts.store.reading() as connection:
            states = read_states(connection, now).values()
            today_wh = sums.energy_today(connection, now, zone_of(request))
        shown = [each for each in states if is_shown(each, now)]
        return self._parts.pages.page(
            request,
            "chargers/overview.html",
            tiles=[tile_of(each) for each in shown],
            sums=sums.sums(shown, today_wh),
            may_change=viewer_of(request).may_change,
            position=position,
            first=drawing_of("Preparing", "Preparing"),
            ways=list(ways(self._parts.settings)),
            figures=figures,
            words_of=words_of,
        )

    def stream(self, request: Request, after: str) -> Response:
        """Events `chargers`: {"tiles": HTML of each that is new or different, "sums": HTML, "error": why the books cannot
        be read, or ""}, and where it may have changed "serials": of all that there are."""
        zone, may_change = zone_of(request), viewer_of(request).may_change

        def subscribe(put: Callable[[Mapping[str, None]], None]) -> Callable[[], None]:
            return self._feed.subscribe(after, put)

        def render(keys: Mapping[str, None]) -> Iterator[Sent]:
            if keys:
                yield "chargers", self._event(keys, zone, may_change)

        return self._parts.streams.response(latest(subscribe, render))

    def accept(self, serial: str) -> dict[str, str]:
        """It may take part from now on. InputError: that is no serial, or has another account."""
        self._parts.settings.check_new_charger(serial)
        with self._parts.store.writing() as connection:
            owner.add_charger(connection, serial, self._parts.now())
        self._parts.watch.look()
        return {
            "said": f"{visible(serial)} is in the books: it may take part, at the latest when it tries again."
        }

    def _event(self, keys: Collection[str], zone: tzinfo, may_change: bool) -> dict[str, object]:
        event: dict[str, object] = {
            "tiles": self._feed.tiles(keys, may_change),
            "error": visible(self._feed.error()),
        }
        serials = self._feed.serials() if ALL in keys else None
        if serials is not None:
            event["serials"] = serials
        with suppress(BooksError):  # if that lasts, the watch tells it
            event["sums"] = self._sums(zone)
        return event

    def _sums(self, zone: tzinfo) -> str:
        """Read once for all viewers of one zone."""
        now = self._parts.now()
        key = self._feed.position(), zone, datetime.fromtimestamp(now, zone).date()
        known = self._sums_by.get(key)
        if known is None:
            states = self._feed.states()
            with self._parts.store.reading() as connection:
                today_wh = sums.energy_today(connection, now, zone)
            values = sums.sums(states, today_wh)
            known = self._parts.pages.text(
                "chargers/sums.html", sums=values, figures=figures, words_of=words_of
            )
            self._sums_by = {each: text for each, text in self._sums_by.items() if each[0] == key[0]}
            self._sums_by[key] = known
        return known

    def _tile(self, state: State, may_change: bool) -> str:
        return self._parts.pages.text(
            "chargers/tile.html",
            tile=tile_of(state),
            may_change=may_change,
            figures=figures,
            words_of=words_of,
        )
