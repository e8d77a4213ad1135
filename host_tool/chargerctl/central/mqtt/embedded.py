# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The broker in the process of `central serve`: for chargers, where there is no other. amqtt, as in the simulator.

On loopback any program is a charger. Beyond, a charger needs its password in the books, and has its own topics only. It
looks at every subscription for every message, so it is for some dozens of chargers; mosquitto is for more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chargerctl.central.books import owner
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.homeassistant.broker import guest_of
from chargerctl.central.mqtt.approach import topics_of
from chargerctl.central.mqtt.gate import Gate
from chargerctl.central.ocppj.admission import Accounts
from chargerctl.central.settings import CentralSettings
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.events.event import Event, Tell
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.connection import Broker
from chargerctl.mqtt.local_broker import HOST, LocalBroker
from chargerctl.ocppj import server_tls
from chargerctl.settings.kinds import HostPort


@dataclass(frozen=True)
class Embedded:
    """port: where it listens for chargers; broker: how the central system itself connects."""

    port: int
    broker: Broker


@contextmanager
def embedded(
    settings: CentralSettings, thread: LoopThread, store: DatabaseStore, accounts: Accounts, tell: Tell
) -> Iterator[Embedded | None]:
    """None where the settings have none. ChargerctlError if it cannot listen there."""
    if settings.listen is None:
        yield None
        return
    listen = settings.listen
    gate = None if listen.is_loopback else _gate(settings, listen, store, accounts, tell)
    tls = None
    if settings.listen_certificate is not None and settings.listen_key is not None:
        tls = server_tls(settings.listen_certificate, settings.listen_key)
    elif gate is not None:
        text = f"passwords and messages cross the network in clear text at {listen}: see docs/security.md for certificates"
        tell(Event("warning", text))
    try:
        broker = LocalBroker(thread, listen.port, listen.host, gate, tls, tell)
    except OSError as error:
        raise ChargerctlError(
            f"cannot listen on {listen}: {error.strerror or error}; if a broker runs there already, use --broker {listen}; "
            "if another `central serve` does, and this one is for WebSockets only, --listen none"
        ) from error
    account = (gate.username, gate.password) if gate is not None else ("", "")
    try:
        # By a door of its own, which is on loopback, and without TLS.
        yield Embedded(broker.port, Broker(HOST, broker.own_port, *account))
    finally:
        broker.close()
        if gate is not None:
            gate.close()


def _gate(
    settings: CentralSettings, listen: HostPort, store: DatabaseStore, accounts: Accounts, tell: Tell
) -> Gate:
    guest = guest_of(settings)
    with store.reading() as connection:
        anybody = owner.accounts(connection)
        taken = guest and owner.find_account(connection, guest.rights.name)
    if not anybody:
        raise InputError(
            f"--listen {listen}: no charger in the books has a password, so none could connect; add them with "
            "`chargerctl central chargers add SERIAL`, or listen on 127.0.0.1"
        )
    if guest and taken:
        raise InputError(
            f"{guest.rights.name} is a charger in the books: give Home Assistant another name (home_assistant_user)"
        )
    return Gate(accounts, topics_of(settings), tell, guest=guest)
