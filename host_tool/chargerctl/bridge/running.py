# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Runs the bridge until Ctrl-C or SIGTERM, with a broker of its own or another one."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator

from chargerctl import descriptors
from chargerctl.bridge.service import Service
from chargerctl.bridge.settings import BridgeSettings
from chargerctl.bridge.shares import Shares
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.events.event import Event, Tell
from chargerctl.events.sparing import Sparing
from chargerctl.mqtt.connection import Broker
from chargerctl.ocppj import client_tls, connection_url
from chargerctl.settings.kinds import HostPort


def run(settings: BridgeSettings, tell: Tell) -> None:
    """Until it is stopped. ChargerctlError for what cannot be used, and for a broker that is not there at first."""
    sparing = Sparing(tell)
    descriptors.prepare(sparing)
    # Not the loop that is the default on Windows: paho-mqtt's socket needs add_reader.
    loops = asyncio.Runner(loop_factory=asyncio.SelectorEventLoop)
    try:
        with _broker(settings, sparing) as broker, loops as runner:
            runner.run(_until_stopped(settings, broker, sparing))
    finally:
        sparing.sweep()


async def _until_stopped(settings: BridgeSettings, broker: Broker, tell: Tell) -> None:
    shares = await _shares(settings, tell)
    service = Service(settings, broker, tell, shares=shares)
    if settings.password_in_clear_text:
        text = "passwords cross the network in clear text: use wss:// if the central system has it"
        tell(Event("warning", text))
    for event in _welcome(settings, broker):
        tell(event)
    running = asyncio.ensure_future(service.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has Ctrl-C alone, as KeyboardInterrupt.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def _shares(settings: BridgeSettings, tell: Tell) -> Shares | None:
    """ChargerctlError where the database cannot be used; later it may go and come."""
    if not settings.database:
        return None
    # Imported here: they need the packages of the extra.
    from chargerctl.bridge.leased import REALM, Leased
    from chargerctl.central.books.engine import database_url, place
    from chargerctl.leases.postgres import PostgresRegister
    from chargerctl.leases.register import RegisterError
    from chargerctl.leases.worker_name import own_name

    url, name = database_url(settings.database), own_name()
    register = PostgresRegister(url, REALM)
    try:
        await asyncio.to_thread(register.held, name)
    except RegisterError as error:
        register.close()
        raise ChargerctlError(
            f"database {place(url)}: {error}; start it, or correct --database (or the rights of its user)"
        ) from None
    text = f"shares the chargers with other bridges in {place(url)}, as {name}"
    tell(Event("listening", text, details={"worker": name}))
    return Leased(register, name, tell)


def _welcome(settings: BridgeSettings, broker: Broker) -> Iterator[Event]:
    """Where chargers connect, and what to."""
    if settings.broker is None:
        text = f"MQTT broker on {broker.place}: only programs on this computer reach it; --broker is for other chargers"
        yield Event("listening", text, details={"mqtt_port": broker.port})
    who = f"of {', '.join(settings.only)} only" if settings.only else "of every charger"
    text = f"the frames {who} go to {connection_url(settings.to, 'SERIAL')}"
    yield Event("listening", text, details={"to": settings.to, "only": list(settings.only)})


@contextlib.contextmanager
def _broker(settings: BridgeSettings, tell: Tell) -> Iterator[Broker]:
    if settings.broker is not None:
        (host, port), *others = settings.broker
        tls = settings.broker_tls or settings.broker_ca is not None
        context = client_tls(settings.broker_ca) if tls else None
        yield Broker(host, port, settings.broker_user, settings.broker_secret, context, others=tuple(others))
        return
    assert settings.listen
    with _own_broker(settings.listen, tell) as broker:
        yield broker


@contextlib.contextmanager
def _own_broker(listen: HostPort, tell: Tell) -> Iterator[Broker]:
    if not listen.is_loopback:
        raise InputError(
            f"--listen {listen}: anybody in the network could act as any charger there. Run a broker with accounts "
            "(chargerctl central broker mosquitto writes its configuration), and name it with --broker"
        )
    from chargerctl.loop_thread import LoopThread
    from chargerctl.mqtt.local_broker import LocalBroker

    thread = LoopThread()
    descriptors.watch(thread.loop, tell)
    try:
        broker = LocalBroker(thread, listen.port, listen.host, tell=tell)
    except OSError as error:
        raise ChargerctlError(
            f"cannot listen on {listen}: {error.strerror or error}; if a broker runs there already, use --broker {listen}"
        ) from error
    try:
        yield Broker(listen.host, broker.port)
    finally:
        broker.close()
