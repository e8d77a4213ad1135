# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The first lines of a central system: where chargers find it, and what is to be done next."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import NamedTuple

from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.homeassistant.settings import SAME
from chargerctl.central.settings import CentralSettings
from chargerctl.events.event import Event
from chargerctl.settings.kinds import HostPort

_DONE = {Policy.REFUSE: "refused", Policy.ACCEPT: "accepted", Policy.LEARN: "entered"}


class Ports(NamedTuple):
    """That were taken; 0: none."""

    mqtt: int = 0
    ocpp: int = 0
    http: int = 0


def welcome(settings: CentralSettings, policies: Policies, books: str, ports: Ports) -> Iterator[Event]:
    """books: where they are."""
    yield Event("books", f"books: {books}", details={"books": books})
    if settings.broker is not None:
        text = f"MQTT chargers come over the broker at {settings.broker}"
        yield Event("listening", text, details={"broker": str(settings.broker)})
    elif settings.listen is not None:
        yield from _own_broker(settings, HostPort(settings.listen.host, ports.mqtt))
    if settings.ocpp is not None:
        scheme = "wss" if settings.ocpp_certificate else "ws"
        where = HostPort(reached_at(settings.ocpp.host), ports.ocpp)
        yield Event(
            "listening",
            f"OCPP-J chargers connect to {scheme}://{where}/SERIAL",
            details={"ocpp_port": ports.ocpp},
        )
    if settings.http is not None:
        scheme = "https" if settings.http_certificate else "http"
        url = f"{scheme}://{HostPort(reached_at(settings.http.host), ports.http)}/"
        text = f"web page: open {url} in a browser"
        yield Event("listening", text, details={"http_port": ports.http, "url": url})
        if not (settings.http.is_loopback or settings.http_certificate):
            text = f"passwords cross the network in clear text at {url}: see docs/page.md for certificates"
            yield Event("warning", text)
    if settings.home_assistant is not None:
        same = settings.home_assistant == SAME
        broker = "the chargers' broker" if same else f"the broker at {settings.home_assistant}"
        text = f"Home Assistant finds the chargers in the books over {broker}"
        yield Event("listening", text, details={"home_assistant": str(settings.home_assistant)})
    yield Event("policy", _policy(settings, policies))


def _policy(settings: CentralSettings, policies: Policies) -> str:
    """What becomes of those that are not in the books."""
    if settings.learn:
        return f"unknown chargers and cards are entered in the books (--learn){_needs_password(settings)}"
    text = f"unknown chargers are {_DONE[policies.chargers]}, unknown cards are {_DONE[policies.cards]}"
    if policies.chargers is policies.cards:
        text = f"unknown chargers and cards are {_DONE[policies.chargers]}"
    if Policy.REFUSE in (policies.chargers, policies.cards):
        return f"{text}: enter yours with `chargerctl central chargers add` and `cards add`, or begin with --learn"
    return f"{text}{': only this computer can connect' if settings.only_here else ''}"


def _needs_password(settings: CentralSettings) -> str:
    """Where a charger that is not in the books does not get in, so that it cannot be learnt."""
    places = []
    if settings.broker is None and settings.listen is not None and not settings.listen.is_loopback:
        places.append(f"the MQTT broker on {settings.listen}")
    if settings.ocpp is not None and not (settings.ocpp.is_loopback or settings.ocpp_without_password):
        places.append(f"OCPP-J on {settings.ocpp}")
    if not places:
        return ""
    return f"; not those that come to {' or '.join(places)}, where each needs a password in the books first"


def _own_broker(settings: CentralSettings, where: HostPort) -> Iterator[Event]:
    details = {"mqtt_port": where.port}
    if where.is_loopback:
        text = (
            f"MQTT broker on {where}, for programs on this computer; real chargers need --listen ADDRESS:PORT, or "
            "--broker (chargerctl central broker mosquitto)"
        )
        yield Event("listening", text, details=details)
        yield Event("hint", f"try it: chargerctl simulate --broker {where} --central none")
        return
    tls = ", tls = true" if settings.listen_certificate else ""
    text = (
        f'MQTT broker on {where}; in a charger\'s settings.toml: [mqtt] broker = "{reached_at(where.host)}", '
        f"port = {where.port}, username = the serial, password as in the books{tls}"
    )
    yield Event("listening", text, details=details)


def reached_at(host: str) -> str:
    """What others write for this computer."""
    return socket.gethostname() if host in ("0.0.0.0", "::") else host
