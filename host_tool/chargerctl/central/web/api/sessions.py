# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""/sessions and /energy of the API."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from chargerctl.central.books.cards import normal
from chargerctl.central.books.queries import sessions as queries
from chargerctl.central.books.queries.energy import By, energy
from chargerctl.central.books.queries.sessions import Filter
from chargerctl.central.books.queries.so_far import energy_so_far
from chargerctl.central.session_file import runs
from chargerctl.central.views import session as views
from chargerctl.central.web.api.answers import EnergySum, EnergySums, MeterValues, Sessions
from chargerctl.central.web.api.parameters import (
    Before,
    CardQuery,
    Charger,
    From,
    Offset,
    SessionPath,
    To,
    session_not_found,
    zone_named,
)
from chargerctl.central.web.parts import Parts

_MOST_SESSIONS = 500
_MOST_METER_VALUES = 5000
State = Literal["running", "stopped", "no_stop", "refused"]


def router(parts: Parts) -> APIRouter:
    routes = APIRouter(tags=["sessions"])

    @routes.get("/sessions")
    def list_sessions(
        charger: Charger = None,
        card: CardQuery = None,
        begin: From = None,
        to: To = None,
        state: Annotated[State | None, Query(description="Only those in this state.")] = None,
        before: Before = None,
        most: Annotated[
            int, Query(alias="limit", ge=1, le=_MOST_SESSIONS, description="At most so many.")
        ] = 50,
    ) -> Sessions:
        """List the sessions, the newest first: who charged, when, how much, and why it ended."""
        wanted = _filter(charger, card, begin, to, state)
        with parts.store.reading() as connection:
            rows = [*queries.sessions(connection, wanted, most=most, before=before)]
            so_far = energy_so_far(connection, [row.id for row in rows if runs(row)])
        more = rows[-1].id if len(rows) == most else None
        return Sessions([views.session(row, so_far) for row in rows], more)

    @routes.get("/sessions/{session}")
    def show_session(session: SessionPath) -> views.Session:
        """Show one session."""
        with parts.store.reading() as connection:
            row = queries.session(connection, session)
            if row is None:
                raise session_not_found(session)
            so_far = energy_so_far(connection, [session]) if runs(row) else {}
        return views.session(row, so_far)

    @routes.get("/sessions/{session}/meter-values")
    def list_meter_values(
        session: SessionPath,
        offset: Offset = 0,
        most: Annotated[
            int, Query(alias="limit", ge=1, le=_MOST_METER_VALUES, description="At most so many.")
        ] = 1000,
    ) -> MeterValues:
        """List the meter values of a session, the oldest first."""
        with parts.store.reading() as connection:
            if queries.session(connection, session) is None:
                raise session_not_found(session)
            found = [*islice(queries.meter_values_of(connection, session), offset, offset + most)]
        more = offset + most if len(found) == most else None
        return MeterValues([*map(views.meter_value, found)], more)

    @routes.get("/energy", response_model_exclude_none=True)
    def sum_energy(
        by: Annotated[
            list[By], Query(min_length=1, max_length=4, description="What to sum up by; can be repeated.")
        ],
        charger: Charger = None,
        card: CardQuery = None,
        begin: From = None,
        to: To = None,
        zone: Annotated[
            str, Query(max_length=64, description="Whose months and days: the name of a time zone.")
        ] = "UTC",
    ) -> EnergySums:
        """Sum up number and energy of the sessions that have ended, also without a stop. Each on the day when it began."""
        parts_of_key = tuple(dict.fromkeys(by))
        wanted, whose = _filter(charger, card, begin, to, None), zone_named(zone)
        with parts.store.reading() as connection:
            found = energy(connection, wanted, parts_of_key, whose)
        sums = [EnergySum(**views.energy_sum(each, parts_of_key)) for each in found]
        return EnergySums(sums, views.total(found))

    return routes


def _filter(
    charger: str | None,
    card: str | None,
    begin: datetime | None,
    to: datetime | None,
    state: State | None,
) -> Filter:
    return Filter(
        serial=charger,
        id_tag=None if card is None else normal(card),
        begin=None if begin is None else begin.timestamp(),
        end=None if to is None else to.timestamp(),
        state=state,
    )
