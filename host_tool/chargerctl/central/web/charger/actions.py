# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Calls that the page offers, each confirmed by what the charger answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from chargerctl.central import cards
from chargerctl.central.books.interface import Payload
from chargerctl.central.books.queries.chargers import Charger
from chargerctl.central.messages.calls import fields, payload_of
from chargerctl.central.web.charger.outcome_words import said
from chargerctl.central.web.lookup import the_charger
from chargerctl.central.web.parts import Parts
from chargerctl.errors import InputError

OFFERED = (
    "RemoteStartTransaction",
    "RemoteStopTransaction",
    "UnlockConnector",
    "Reset",
    "ChangeAvailability",
    "TriggerMessage",
    "ClearCache",
)
# Chosen in place of a card that the books know.
_OTHER = "other"
TRIGGERS: Sequence[str] = next(
    each.values for each in fields("TriggerMessage") if each.name == "requestedMessage"
)


def add_to(routes: APIRouter, parts: Parts) -> None:
    @routes.post("/chargers/{serial}/call/{action}")
    async def call(request: Request, serial: str, action: str) -> dict[str, Any]:
        """The form has the fields of the payload; one that is empty is left out."""
        if action not in OFFERED:
            raise InputError(f"{action[:50]!r} is not a call that this page offers")
        async with request.form(max_files=0, max_fields=16) as form:
            given = {name: str(value).strip() for name, value in form.items()}

        def prepared() -> Payload:
            with parts.store.reading() as connection:
                return _payload(connection, serial, action, given, parts.now())

        payload = await run_in_threadpool(prepared)
        found = said(action, await parts.call(request, serial, action, payload))
        return {"said": found.text, "done": found.done, "word": found.word}


def _payload(
    connection: Connection, serial: str, action: str, given: Mapping[str, str], now: float
) -> Payload:
    charger = the_charger(connection, serial, now)
    known = {each.name for each in fields(action)}
    values = {name: text for name, text in given.items() if name in known and text}
    if action == "RemoteStartTransaction":
        values["idTag"] = _uid(values.get("idTag") or given.get("card", ""))
    words = [f"{name}={text}" for name, text in values.items()]
    return payload_of(action, words, running=_only(charger), now=now)


def _uid(text: str) -> str:
    if text in ("", _OTHER):
        raise InputError("choose a card, or type the number of one")
    try:
        return cards.uid(text)
    except ValueError as error:
        raise InputError(f"that cannot be a card: {error}") from None


def _only(charger: Charger) -> int | None:
    """The id of the only session that runs."""
    running = charger.sessions
    return running[0].id if len(running) == 1 else None
