# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""/sessions/{id}: one session with its meter values; and to end one in the books whose stop will not come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse

from chargerctl.central.books import owner
from chargerctl.central.books.queries.sessions import meter_values_of, session
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.books.tables import LARGEST_TRANSACTION_ID
from chargerctl.central.csv_file import csv_lines
from chargerctl.central.web.download import download
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.sessions.curve import curve
from chargerctl.central.web.sessions.shown import shown
from chargerctl.errors import NotFoundError

_COLUMNS = ("time", "measurand", "value", "unit", "context", "phase", "location", "format")
_PAGE = 500


def add_to(routes: APIRouter, parts: Parts) -> None:
    @routes.get("/sessions/{number}")
    def page(request: Request, number: str) -> HTMLResponse:
        now = parts.now()
        with parts.store.reading() as connection:
            row = _row(connection, number)
            (seen,) = shown(connection, [row], now)
            end = row.stopped_at or (now if seen.state == "running" else row.closed_at or now)
            values = meter_values_of(connection, row.id)
            line = curve(values, row.started_at, max(end, row.started_at), row.meter_start)
        return parts.pages.page(request, "sessions/one.html", session=seen, curve=line)

    @routes.get("/sessions/{number}/values.csv")
    def values(number: str) -> StreamingResponse:
        with parts.store.reading() as connection:
            found = _row(connection, number).id
        rows = ([getattr(value, each) for each in _COLUMNS] for value in _values(parts.store, found))
        return download(f"session-{found}", csv_lines(_COLUMNS, rows))

    @routes.post("/sessions/{number}/close")
    def close(number: str) -> JSONResponse:
        with parts.store.writing() as connection:
            found = _row(connection, number).id
            owner.close_session(connection, found, parts.now())
        said = "does not run any more. It counts until its last meter value; if its stop comes, that counts."
        return JSONResponse({"said": f"Session {found} {said}"})


def _row(connection: Connection, number: str) -> Any:
    if number.isascii() and number.isdecimal() and len(number) < 12:
        row = session(connection, int(number)) if int(number) <= LARGEST_TRANSACTION_ID else None
        if row is not None:
            return row
    raise NotFoundError(f"there is no session {number[:20]!r} in the books")


def _values(store: DatabaseStore, number: int) -> Iterator[Any]:
    """No transaction is open while a page is sent."""
    last = None
    while True:
        with store.reading() as connection:
            page = [*meter_values_of(connection, number, most=_PAGE, after=last)]
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1]
