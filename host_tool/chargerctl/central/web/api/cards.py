# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""/cards of the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body

from chargerctl.central import cards as checks
from chargerctl.central.books import owner
from chargerctl.central.books.queries.cards import all_cards
from chargerctl.central.views import card as views
from chargerctl.central.web.api.answers import CardPut, Cards, CardsRemoved, CardWanted
from chargerctl.central.web.api.parameters import UidPath, uid_of
from chargerctl.central.web.parts import Parts
from chargerctl.errors import InputError, NotFoundError

_EXAMPLE = {"name": "Anna", "valid_until": "2027-12-31T23:00:00Z", "chargers": ["garage-1"]}


def router(parts: Parts) -> APIRouter:
    routes = APIRouter(tags=["cards"])

    @routes.get("/cards")
    def list_cards() -> Cards:
        """List the cards: until when and at which chargers each is valid."""
        with parts.store.reading() as connection:
            return Cards([views.card(each, parts.now()) for each in all_cards(connection)])

    @routes.get("/cards/{uid:path}")
    def show_card(uid: UidPath) -> views.Card:
        """Show one card."""
        wanted = uid_of(uid)
        with parts.store.reading() as connection:
            found = next(all_cards(connection, wanted), None)
        if found is None:
            raise NotFoundError(f"there is no card {wanted!r} in the books")
        return views.card(found, parts.now())

    @routes.put("/cards/{uid:path}")
    def put_card(uid: UidPath, wanted: Annotated[CardWanted, Body(examples=[_EXAMPLE])]) -> CardPut:
        """Enter a card, or change it: what is not given is taken away."""
        now = parts.now()
        card = _card(uid_of(uid), wanted)
        with parts.store.writing() as connection:
            _, replaced = owner.put_cards(connection, [card], now)
        return CardPut(views.card(card, now), not replaced)

    @routes.delete("/cards/{uid:path}")
    def delete_card(uid: UidPath) -> CardsRemoved:
        """Take a card out of the books: it is unknown from now on. Its sessions stay."""
        removed = uid_of(uid)
        with parts.store.writing() as connection:
            owner.remove_card(connection, removed)
        return CardsRemoved([removed])

    return routes


def _card(uid: str, wanted: CardWanted) -> owner.Card:
    """InputError, with the name of the field."""
    field = "name"
    try:
        name = checks.name(wanted.name)
        field = "parent"
        parent = checks.uid(wanted.parent) if wanted.parent else ""
        field = "valid_until"
        until = None if wanted.valid_until is None else checks.valid_until(wanted.valid_until.isoformat())
    except ValueError as error:
        raise InputError(f"{field}: {error}") from None
    return owner.Card(uid, name, parent, until, wanted.blocked, wanted.chargers)
