# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""/chargers of the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from chargerctl.central.books.owner import not_known
from chargerctl.central.books.queries import chargers as queries
from chargerctl.central.books.queries.traffic import calls_before, frames_before
from chargerctl.central.books.workers import count_living
from chargerctl.central.live.read import read_states
from chargerctl.central.live.state import State
from chargerctl.central.messages.frame_text import FrameText
from chargerctl.central.views import charger as views
from chargerctl.central.views.frame import frame
from chargerctl.central.web.api.answers import (
    ChargerNow,
    Chargers,
    Complaints,
    Configuration,
    Connectors,
    Frames,
)
from chargerctl.central.web.api.parameters import Before, SerialPath
from chargerctl.central.web.parts import Parts
from chargerctl.likeness import nearest

_MOST_FRAMES = 200
_MOST_COMPLAINTS = 100
# A charger that is not in the books is listed for so long after it has asked.
_ASKS_S = 86_400


def router(parts: Parts) -> APIRouter:
    routes = APIRouter(tags=["chargers"])

    @routes.get("/chargers")
    def list_chargers(
        everyone: Annotated[
            bool, Query(alias="all", description="Also unknown chargers that have not asked for a day.")
        ] = False,
    ) -> Chargers:
        """List the chargers: whether they are connected, what their connectors do, and the sessions that run."""
        now = parts.now()
        with parts.store.reading() as connection:
            found = queries.all_chargers(connection, now)
            states = read_states(connection, now)
            living = count_living(connection, now)
        shown = [each for each in found if everyone or each.known or (each.last_seen or 0) > now - _ASKS_S]
        return Chargers([_now(each, states[each.serial]) for each in shown], living)

    @routes.get("/chargers/{serial}")
    def show_charger(serial: SerialPath) -> ChargerNow:
        """Show one charger."""
        now = parts.now()
        with parts.store.reading() as connection:
            found = the_charger(connection, serial, now)
            return _now(found, read_states(connection, now, serial)[serial])

    @routes.get("/chargers/{serial}/connectors")
    def list_connectors(serial: SerialPath) -> Connectors:
        """List the connectors of a charger, as their last StatusNotifications said."""
        with parts.store.reading() as connection:
            return Connectors(views.charger(the_charger(connection, serial, parts.now())).connectors)

    @routes.get("/chargers/{serial}/configuration")
    def list_configuration(serial: SerialPath) -> Configuration:
        """List the configuration keys, as the charger told them last. The calls GetConfiguration and ChangeConfiguration ask
        it, and change them."""
        with parts.store.reading() as connection:
            the_charger(connection, serial, parts.now())
            found = queries.configuration_of(connection, serial)
        return Configuration([*map(views.configuration_key, found)])

    @routes.get("/chargers/{serial}/complaints")
    def list_complaints(
        serial: SerialPath,
        most: Annotated[
            int, Query(alias="limit", ge=1, le=_MOST_COMPLAINTS, description="At most so many.")
        ] = 10,
    ) -> Complaints:
        """List what the charger sent that fits nothing in the books, the newest first."""
        with parts.store.reading() as connection:
            the_charger(connection, serial, parts.now())
            found = queries.complaints_of(connection, serial, most)
        return Complaints([*map(views.complaint, found)])

    @routes.get("/chargers/{serial}/frames")
    def list_frames(
        serial: SerialPath,
        before: Before = None,
        most: Annotated[
            int, Query(alias="limit", ge=1, le=_MOST_FRAMES, description="At most so many.")
        ] = 50,
    ) -> Frames:
        """List frames between a charger and the central system: the last ones, or those before one; the oldest first."""
        with parts.store.reading() as connection:
            the_charger(connection, serial, parts.now())
            found = frames_before(connection, serial, before, most)
            earlier = calls_before(connection, found[0].id, serial) if found else []
        text = FrameText()
        for row in earlier:  # so that it knows what the first answers belong to
            text.of(row.text, row.outgoing)
        more = found[0].id if len(found) == most else None
        return Frames(serial, [frame(row, text) for row in found], more)

    return routes


def the_charger(connection: Connection, serial: str, now: float) -> queries.Charger:
    """NotFoundError, with the one that was probably meant."""
    found = queries.all_chargers(connection, now, serial)
    if found:
        return found[0]
    raise not_known(serial, nearest(serial, [each.serial for each in queries.all_chargers(connection, now)]))


def _now(found: queries.Charger, state: State) -> ChargerNow:
    view = views.charger(found)
    return ChargerNow(
        **vars(view), state=state.word, power_w=state.power_w, energy_total_wh=state.energy_total_wh
    )
