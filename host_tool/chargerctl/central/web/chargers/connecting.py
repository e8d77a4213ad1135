# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How a first charger finds this central system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chargerctl.central.service.welcome import reached_at
from chargerctl.central.settings import CentralSettings
from chargerctl.settings.kinds import HostPort


@dataclass(frozen=True)
class Way:
    """where: what the charger's owner types; note: a sentence for those who have another one, or ""."""

    who: str
    where: str
    note: str = ""


def ways(settings: CentralSettings) -> Iterator[Way]:
    """For a charger of this firmware, and for others."""
    if settings.broker is not None:
        yield Way("A charger with this firmware", _drive(*settings.broker[0]), _balanced(settings))
    elif settings.listen is not None and settings.listen.is_loopback:
        yield Way(
            "A virtual charger, on this computer",
            f"chargerctl simulate --broker {settings.listen} --central none",
            "A real one cannot reach this address: start with --listen ADDRESS:PORT, or --broker.",
        )
    elif settings.listen is not None:
        yield Way(
            "A charger with this firmware", _drive(reached_at(settings.listen.host), settings.listen.port)
        )
    if settings.ocpp is not None:
        scheme = "wss" if settings.ocpp_certificate else "ws"
        where = HostPort(reached_at(settings.ocpp.host), settings.ocpp.port)
        yield Way("A charger that speaks OCPP-J 1.6", f"{scheme}://{where}/SERIAL")


def _balanced(settings: CentralSettings) -> str:
    """A charger has one address of the broker."""
    if settings.broker is None or len(settings.broker) == 1:
        return ""
    return "The broker is a cluster: use a name or an address that leads to any of its nodes."


def _drive(host: str, port: int) -> str:
    return f'[mqtt]\nbroker = "{host}"\nport = {port}'
