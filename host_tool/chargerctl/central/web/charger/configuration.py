# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The configuration keys of a charger (OCPP 1.6, 5.3 and 5.8): those that it told last, read anew, and changed. Secrets go
to the charger, and are never shown."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chargerctl.central import configuring
from chargerctl.central.books.masking import is_secret
from chargerctl.central.books.queries.chargers import configuration_of
from chargerctl.central.configuration_key import LONGEST_KEY, LONGEST_VALUE
from chargerctl.central.configuring import checked_key
from chargerctl.central.messages.schemas import storable
from chargerctl.central.passwords import is_password
from chargerctl.central.web.charger.follow import KeysFollower, stream_of
from chargerctl.central.web.charger.fragments import Fragments
from chargerctl.central.web.charger.keys import keys_of
from chargerctl.central.web.charger.outcome_words import said
from chargerctl.central.web.lookup import the_charger
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.viewer import viewer_of
from chargerctl.errors import InputError
from chargerctl.visible import visible_text


def add_to(routes: APIRouter, parts: Parts) -> None:
    @routes.get("/chargers/{serial}/configuration")
    def page(request: Request, serial: str, search: str = "") -> HTMLResponse:
        with parts.store.reading() as connection:
            charger = the_charger(connection, serial, parts.now())
            keys = keys_of(connection, serial, search[:LONGEST_VALUE])
        return parts.pages.page(
            request,
            "charger/configuration.html",
            charger=charger,
            keys=keys,
            search=search[:LONGEST_VALUE],
            longest_key=LONGEST_KEY,
            longest_value=LONGEST_VALUE,
        )

    @routes.get("/chargers/{serial}/configuration/stream")
    def stream(
        request: Request, serial: str, search: str = "", since: Annotated[float, Query(ge=0, le=1e11)] = 0.0
    ) -> Response:
        """since: when the newest key came that the page has."""
        fragments = Fragments(parts.pages, viewer_of(request).may_change)
        follower = KeysFollower(fragments, serial, search[:LONGEST_VALUE], since)
        return stream_of(parts, serial, follower)

    @routes.post("/chargers/{serial}/configuration/read")
    async def read(request: Request, serial: str, key: Annotated[str, Form()] = "") -> dict[str, Any]:
        """key: the one to read; "": all."""
        asked = configuring.reading(serial, [checked_key(key.strip())] if key.strip() else [])
        outcome = await parts.call(request, serial, asked.action, asked.payload)
        if outcome.answer is None:
            found = said(asked.action, outcome)
            return {"said": found.text, "done": False, "word": found.word}
        told, _ = configuring.keys_of(outcome)
        unknown = [visible_text(each.name)[:LONGEST_KEY] for each in told if each.readonly is None]
        count = len(told) - len(unknown)
        text = f"The charger told {count} key{'' if count == 1 else 's'}."
        if unknown:
            text = f"The charger does not know {', '.join(unknown[:10])}."
        return {"said": text, "done": not unknown, "word": "answered"}

    def had(serial: str, key: str) -> str:
        with parts.store.reading() as connection:
            told = next((each for each in configuration_of(connection, serial) if each.key == key), None)
        return "" if told is None else f". It told last: {visible_text(told.value or '') or 'empty'}"

    @routes.post("/chargers/{serial}/configuration")
    async def change(
        request: Request, serial: str, key: Annotated[str, Form()] = "", value: Annotated[str, Form()] = ""
    ) -> dict[str, Any]:
        key = checked_key(key.strip())
        if len(value) > LONGEST_VALUE:
            raise InputError(f"a value has at most {LONGEST_VALUE} characters (OCPP), not {len(value)}")
        if storable([key, value]) != [key, value]:
            raise InputError("that has a character that cannot be sent: NUL, or half of a surrogate pair")
        asked = configuring.changing(serial, key, value)
        found = said(asked.action, await parts.call(request, serial, asked.action, asked.payload))
        text = f"{visible_text(key)}: {found.text}"
        if not found.done and not is_secret(key):
            text += await run_in_threadpool(had, serial, key)
        if found.done and is_password(key):
            text += ". It is a new password, and so it is in the books: it counts from the next connection"
            if parts.settings.broker:
                text += (
                    ". The broker does not know it yet: chargerctl central broker mosquitto writes its files"
                )
        return {"said": text, "done": found.done, "word": found.word}
