# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The name of a charger, and whether it may take part: what its owner decides."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form

from chargerctl.central import cards
from chargerctl.central.books.owner import change_charger
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.lookup import the_charger
from chargerctl.central.web.parts import Parts
from chargerctl.errors import InputError


def add_to(routes: APIRouter, parts: Parts) -> None:
    @routes.post("/chargers/{serial}/name")
    def rename(serial: str, name: Annotated[str, Form()] = "") -> dict[str, Any]:
        """name: "" takes it away."""
        try:
            wanted = cards.name(name)
        except ValueError as error:
            raise InputError(f"the name {error}") from None
        _change(parts, serial, name=wanted)
        return {"said": f"The name is {wanted} now." if wanted else "It has no name now.", "name": wanted}

    @routes.post("/chargers/{serial}/allowed")
    def allow(serial: str, allowed: Annotated[Literal["yes", "no"], Form()]) -> dict[str, Any]:
        """A charger that asks to be let in is entered in the books thereby."""
        _change(parts, serial, known=True, allowed=allowed == "yes")
        return {"said": f"{_ALLOWED[allowed]}{_of_the_broker(parts.settings)}", "allowed": allowed}


_ALLOWED = {
    "yes": "It may take part from its next BootNotification on.",
    "no": "It is refused: its next BootNotification is rejected. A session that runs goes on.",
}


def _change(parts: Parts, serial: str, **values: Any) -> None:
    with parts.store.writing() as connection:
        the_charger(connection, serial, parts.now())
        change_charger(connection, serial, **values)


def _of_the_broker(settings: CentralSettings) -> str:
    if not settings.broker:
        return ""
    return " The broker does not know it yet: chargerctl central broker mosquitto writes its files."
