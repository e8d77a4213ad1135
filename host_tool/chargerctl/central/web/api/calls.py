# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""/chargers/{serial}/calls of the API."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Body
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from chargerctl.central.books.interface import Payload
from chargerctl.central.messages.calls import action_named, payload_of
from chargerctl.central.remote import reason
from chargerctl.central.views.call import Called, called
from chargerctl.central.web.api.answers import CallWanted
from chargerctl.central.web.api.parameters import SerialPath
from chargerctl.central.web.lookup import the_charger
from chargerctl.central.web.parts import Parts

# Of outcomes without an answer; else it is 502: the charger refused with a CALLERROR, or answered what breaks OCPP.
_STATUSES = {"NotConnected": 409, "Timeout": 504, "Cancelled": 503}

_EXAMPLE = {"action": "RemoteStartTransaction", "payload": {"idTag": "04A1B2C3", "connectorId": 1}}


def router(parts: Parts) -> APIRouter:
    routes = APIRouter(tags=["calls"])

    @routes.post("/chargers/{serial}/calls")
    async def call_charger(
        request: Request, serial: SerialPath, wanted: Annotated[CallWanted, Body(examples=[_EXAMPLE])]
    ) -> Called:
        """Send a charger any call of OCPP 1.6, and wait for its answer. An answer other than Accepted is one, too: `done`
        says whether it is what was asked for. Without an answer it is an error: 409 (not connected, nothing was sent), 502
        (a CALLERROR), 503 (nothing was sent), 504 (it was sent, and may have been carried out)."""
        action = action_named(wanted.action)
        payload = await run_in_threadpool(_payload, parts, serial, action, wanted.payload)
        timeout = None if wanted.timeout_s is None else float(wanted.timeout_s)
        outcome = await parts.call(request, serial, action, payload, timeout)
        if outcome.answer is None:
            status = _STATUSES.get(outcome.error, 502)
            raise HTTPException(status, f"{serial}: {action}: {reason(outcome)}")
        return called(serial, action, payload, outcome)

    return routes


def _payload(parts: Parts, serial: str, action: str, payload: Payload) -> Payload:
    """A valid one; InputError. NotFoundError: no such charger."""
    now = parts.now()
    with parts.store.reading() as connection:
        running = [each for each in the_charger(connection, serial, now).running if each.status == "Accepted"]
    only = running[0].id if len(running) == 1 else None
    return payload_of(action, [json.dumps(payload)], running=only, now=now)
