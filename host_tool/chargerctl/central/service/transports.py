# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The ways to the chargers, from the settings: MQTT and OCPP-J."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chargerctl.central.accounts import Accounts
from chargerctl.central.desk.desk import Desk
from chargerctl.central.mqtt.approach import broker_at, topics_of
from chargerctl.central.mqtt.embedded import Embedded
from chargerctl.central.mqtt.side import MqttSide
from chargerctl.central.service.sharing import Sharing
from chargerctl.central.settings import CentralSettings
from chargerctl.events.event import Tell
from chargerctl.loop_thread import LoopThread


@contextmanager
def mqtt(
    settings: CentralSettings,
    own: Embedded | None,
    thread: LoopThread,
    desk: Desk,
    tell: Tell,
    shared: Sharing | None,
) -> Iterator[MqttSide | None]:
    """None where there is no broker."""
    if own is not None:
        broker = own.broker
    elif settings.broker is not None:
        broker = broker_at(settings, settings.broker)
    else:
        yield None
        return
    side = MqttSide(thread, broker, topics_of(settings), desk, tell, shared=shared)
    side.open()
    try:
        yield side
    finally:
        side.close()


@contextmanager
def websockets(
    settings: CentralSettings,
    thread: LoopThread,
    desk: Desk,
    accounts: Accounts,
    tell: Tell,
    shared: Sharing | None,
) -> Iterator[int]:
    """Gives its port, 0 where nobody listens."""
    if settings.ocpp is None:
        yield 0
        return
    from chargerctl.central.ocppj.server import WebSocketServer
    from chargerctl.ocppj import server_tls

    tls = None
    if settings.ocpp_certificate is not None and settings.ocpp_key is not None:
        tls = server_tls(settings.ocpp_certificate, settings.ocpp_key)
    host, port = settings.ocpp
    without_password = settings.ocpp.is_loopback or settings.ocpp_without_password
    server = WebSocketServer(
        thread,
        host,
        port,
        desk,
        accounts,
        tell,
        without_password,
        tls,
        settings.ocpp_ping_interval,
        shared=shared,
    )
    try:
        yield server.port
    finally:
        server.close()
