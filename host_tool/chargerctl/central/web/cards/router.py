# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""/cards: list, add, change, block, remove; and those that were just held to a charger, live."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from chargerctl.central.books import owner
from chargerctl.central.books.cards import is_id_tag
from chargerctl.central.books.owner import Card
from chargerctl.central.books.policies import Policy
from chargerctl.central.books.queries.cards import all_cards
from chargerctl.central.books.queries.chargers import count_known, known_among, some_chargers
from chargerctl.central.books.reader import Reader
from chargerctl.central.card_file import card_lines
from chargerctl.central.views.card import state
from chargerctl.central.web.cards.form import Filled, card_of, day_of
from chargerctl.central.web.cards.offers import offers
from chargerctl.central.web.download import download
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.viewer import Viewer, viewer_of
from chargerctl.errors import InputError, NotFoundError
from chargerctl.visible import visible_text
from chargerctl.web.streams import Sent
from chargerctl.web.zone import zone_of

_PAGE = 100
_LONGEST = 100
_LOOK_S = 1.0
_MOST_CHARGERS = 1000

Field = Annotated[str, Form()]


def router(parts: Parts) -> APIRouter:
    routes = APIRouter()

    @routes.get("/cards")
    def listed(request: Request, part: str = "", after: str = "") -> HTMLResponse:
        if max(len(part), len(after)) > _LONGEST:
            raise InputError(f"at most {_LONGEST} characters can be searched for")
        now = parts.now()
        with parts.store.reading() as connection:
            found = [*all_cards(connection, part=part.strip(), after=after or None, most=_PAGE + 1)]
            offered = [] if after else offers(connection, now)
        return parts.pages.page(
            request,
            "cards/list.html",
            cards=found[:_PAGE],
            part=part.strip(),
            before=after,
            after=found[_PAGE - 1].id_tag if len(found) > _PAGE else None,
            offers=offered,
            accepting=parts.store.policies.cards is not Policy.REFUSE,
            state_of=partial(state, now=now),
        )

    @routes.get("/cards/card")
    def one(request: Request, uid: str) -> HTMLResponse:
        zone = zone_of(request)
        with parts.store.reading() as connection:
            found = next(all_cards(connection, uid), None) if is_id_tag(uid) else None
            places = some_chargers(connection, _MOST_CHARGERS)
            more = count_known(connection) - len(places)
            listed = {each.serial for each in places}
            others = [each for each in (found and found.chargers) or () if each not in listed]
            known_others = known_among(connection, others)
        if found is None and not is_id_tag(uid):
            raise NotFoundError(f"{visible_text(uid[:40])!r} cannot be a card")
        card = found or Card(uid.upper())
        return parts.pages.page(
            request,
            "cards/card.html",
            card=card,
            known=found is not None,
            until=day_of(card.valid_until, zone),
            places=places,
            others=others,
            known_others=known_others,
            more=more,
            state_of=partial(state, now=parts.now()),
        )

    @routes.get("/cards/cards.csv")
    def as_csv() -> StreamingResponse:
        with parts.store.reading() as connection:
            found = [*all_cards(connection)]
        return download("cards", card_lines(found))

    @routes.get("/stream/cards")
    async def live(request: Request) -> Response:
        return parts.streams.response(_events(parts, viewer_of(request)))

    @routes.post("/cards/add")
    def add(request: Request, filled: Annotated[Filled, Depends()]) -> JSONResponse:
        with parts.store.writing() as connection:
            known = known_among(connection, filled.places or ())
            card = card_of(filled, known, zone_of(request))
            if any(all_cards(connection, card.id_tag)):
                raise InputError(f"card {card.id_tag} is in the books already")
            owner.put_cards(connection, [card], parts.now())
        return _said(card.id_tag, f"Card {card.name or card.id_tag} is added.")

    @routes.post("/cards/change")
    def change(request: Request, filled: Annotated[Filled, Depends()]) -> JSONResponse:
        with parts.store.writing() as connection:
            old = _the_card(connection, filled.uid)
            known = known_among(connection, filled.places or ()) | set(old.chargers or ())
            card = card_of(filled, known, zone_of(request), old)
            owner.put_cards(connection, [card], parts.now())
        return _said(card.id_tag, f"Card {card.name or card.id_tag} is changed.")

    @routes.post("/cards/block")
    def block(uid: Field = "") -> JSONResponse:
        card = _set_blocked(parts, uid, True)
        return _said(card.id_tag, f"Card {card.name or card.id_tag} is blocked. A session that runs goes on.")

    @routes.post("/cards/unblock")
    def unblock(uid: Field = "") -> JSONResponse:
        card = _set_blocked(parts, uid, False)
        return _said(card.id_tag, f"Card {card.name or card.id_tag} may charge again.")

    @routes.post("/cards/remove")
    def remove(uid: Field = "") -> JSONResponse:
        with parts.store.writing() as connection:
            card = _the_card(connection, uid)
            owner.remove_card(connection, card.id_tag)
        return _said(card.id_tag, f"Card {card.name or card.id_tag} is removed. Its sessions stay.")

    return routes


async def _events(parts: Parts, viewer: Viewer) -> AsyncGenerator[Sent, None]:
    """The offers, at the beginning and whenever they are others."""

    reader = Reader(parts.store, lambda connection: offers(connection, parts.now()))
    last = None
    while True:
        found = await run_in_threadpool(reader.look)
        if found is not None and found != last:
            last = found
            html = [parts.pages.text("cards/offer.html", offer=each, viewer=viewer) for each in found]
            yield "offers", html
        await asyncio.sleep(_LOOK_S)


def _set_blocked(parts: Parts, uid: str, blocked: bool) -> Card:
    with parts.store.writing() as connection:
        card = replace(_the_card(connection, uid), blocked=blocked)
        owner.put_cards(connection, [card], parts.now())
    return card


def _the_card(connection: Connection, uid: str) -> Card:
    found = next(all_cards(connection, uid), None) if is_id_tag(uid) else None
    if found is None:
        raise NotFoundError(f"there is no card {visible_text(uid[:40])!r} in the books")
    return found


def _said(uid: str, sentence: str) -> JSONResponse:
    return JSONResponse({"said": sentence, "uid": uid})
