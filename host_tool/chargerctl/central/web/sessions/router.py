# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""/sessions: search, list, energy by day, by card and month, and all of it as CSV."""

from __future__ import annotations

from datetime import timedelta, tzinfo
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, StreamingResponse

from chargerctl.central.books.queries.cards import some_cards
from chargerctl.central.books.queries.chargers import some_chargers
from chargerctl.central.books.queries.energy import Energy, energy
from chargerctl.central.books.queries.search_totals import Found, found
from chargerctl.central.books.queries.sessions import Filter, sessions
from chargerctl.central.books.queries.split import energy_from_to
from chargerctl.central.days import days_between, midnight
from chargerctl.central.session_file import in_pages, session_lines, sum_lines
from chargerctl.central.web.download import download
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.sessions import session
from chargerctl.central.web.sessions.bars import MOST, Chart, chart
from chargerctl.central.web.sessions.months import BY, months
from chargerctl.central.web.sessions.search import Search, filter_of, search_of, today, typed
from chargerctl.central.web.sessions.shown import shown
from chargerctl.errors import InputError
from chargerctl.visible import visible_text
from chargerctl.web.zone import zone_of

_PAGE = 50


def router(parts: Parts) -> APIRouter:
    routes = APIRouter(default_response_class=HTMLResponse)

    def asked(request: Request) -> tuple[Search, tzinfo]:
        zone = zone_of(request)
        return search_of(request.query_params, today(parts.now(), zone)), zone

    def sums(search: Search, zone: tzinfo) -> list[Energy]:
        with parts.store.reading() as connection:
            return energy(connection, filter_of(connection, search, zone), BY, zone)

    def refused(request: Request, error: InputError) -> HTMLResponse:
        """The form again, with what was typed."""
        with parts.store.reading() as connection:
            offered = _offered(connection)
        words, sentence = typed(request.query_params), visible_text(error.message)
        return parts.pages.page(
            request, "sessions/refused.html", 400, words=words, sentence=sentence, **offered
        )

    @routes.get("/sessions")
    def listed(request: Request) -> HTMLResponse:
        try:
            search, zone = asked(request)
        except InputError as error:
            return refused(request, error)
        before = _number(request.query_params.get("before"))
        with parts.store.reading() as connection:
            wanted = filter_of(connection, search, zone)
            rows = [*sessions(connection, wanted, most=_PAGE + 1, before=before)]
            about = None if before else found(connection, wanted)
            values: dict[str, Any] = {
                "sessions": shown(connection, rows[:_PAGE], parts.now()),
                "found": about,
                "chart": about and _chart(connection, wanted, about, search, zone, parts.now()),
                "none_at_all": not rows and not any(sessions(connection, Filter(), most=1)),
                **_offered(connection),
            }
        older = rows[_PAGE - 1].id if len(rows) > _PAGE else None
        return parts.pages.page(
            request, "sessions/list.html", search=search, before=before, older=older, **values
        )

    @routes.get("/sessions/months")
    def by_month(request: Request) -> HTMLResponse:
        search, zone = asked(request)
        shown_months, left_out = months(sums(search, zone))
        return parts.pages.page(
            request, "sessions/months.html", search=search, months=shown_months, left_out=left_out
        )

    @routes.get("/sessions/sessions.csv")
    def as_csv(request: Request) -> StreamingResponse:
        search, zone = asked(request)
        with parts.store.reading() as connection:
            wanted = filter_of(connection, search, zone)
        return download(search.file_name, session_lines(in_pages(parts.store, wanted)))

    @routes.get("/sessions/months.csv")
    def by_month_as_csv(request: Request) -> StreamingResponse:
        search, zone = asked(request)
        return download(f"{search.file_name}-by-month", sum_lines(sums(search, zone), BY))

    session.add_to(routes, parts)
    return routes


def _offered(connection: Connection) -> dict[str, Any]:
    """What the form offers while somebody types."""
    return {"chargers": some_chargers(connection), "cards": some_cards(connection)}


def _chart(
    connection: Connection, wanted: Filter, about: Found, search: Search, zone: tzinfo, now: float
) -> Chart | None:
    """Of the days that were searched for, as far as they have come; from the first session on where none were given."""
    first = about.first if search.begin is None else midnight(search.begin, zone)
    if first is None:
        return None
    last = max(now, about.last or now)
    if search.end is not None:
        last = min(last, midnight(search.end + timedelta(days=1), zone) - 1)
    days = days_between(first, last, zone, MOST)
    # What lies before the days that there is room for is a part of its own.
    moments = [min(first, days.begins[0]), *days.begins]
    before, *energies = energy_from_to(connection, wanted, moments)
    return chart(days.dates, energies, before)


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise InputError("before: must be the number of a session")
    return int(text)
