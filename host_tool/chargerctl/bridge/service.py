# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The bridge as it runs: connected to the broker, again whenever that is lost, until it is stopped."""

from __future__ import annotations

import asyncio
import random
import ssl
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from chargerctl.bridge.charger import SETTLE_S, Charger
from chargerctl.bridge.roster import OFFLINE, ONLINE, Roster
from chargerctl.bridge.settings import BridgeSettings
from chargerctl.bridge.shares import AllOurs, Shares
from chargerctl.bridge.socket import OPEN_S, Approach
from chargerctl.events.event import Event, Tell
from chargerctl.mqtt.connection import Broker, Connection
from chargerctl.mqtt.nodes import Nodes
from chargerctl.mqtt.pauses import FIRST_S, Pauses
from chargerctl.mqtt.topics import Topics
from chargerctl.ocppj import client_tls, connection_url

# None: what is retained is cleared.
_STATES = {True: ONLINE, False: OFFLINE, None: b""}
# Handshakes at the same time: a central system that was away is not met by all at once.
_OPENING = 20


class Way:
    """To one charger, over whichever connection to the broker there is."""

    def __init__(self, service: Service, serial: str) -> None:
        self._service = service
        self._frames = service.topics.frames_to(serial)
        self._state = service.topics.state_to(serial)

    def send(self, payload: str | bytes) -> None:
        connection = self._service.connection
        if connection is not None:
            connection.publish(self._frames, payload)

    def available(self, online: bool | None) -> None:
        connection = self._service.connection
        if connection is not None:
            connection.publish(self._state, _STATES[online], retained=True)

    async def room(self) -> None:
        connection = self._service.connection
        if connection is not None:
            await connection.room()


@dataclass
class Timing:
    """Seconds; other ones are for tests."""

    first_pause: float = FIRST_S
    open: float = OPEN_S
    settle: float = SETTLE_S


class Service:
    """`connection`: to the broker; None while there is none."""

    def __init__(
        self,
        settings: BridgeSettings,
        broker: Broker,
        tell: Tell,
        timing: Timing | None = None,
        shares: Shares | None = None,
    ) -> None:
        """shares: None: all chargers are this bridge's. ChargerctlError if a file of the settings cannot be used."""
        self.topics = Topics(settings.charger_topic, settings.system_topic)
        self.connection: Connection | None = None
        self._settings = settings
        self._tell = tell
        self._timing = timing or Timing()
        self._nodes = Nodes(broker, self._pauses())
        self._context: ssl.SSLContext | None = None
        if urlsplit(settings.to).scheme == "wss":
            self._context = client_tls(settings.ca)
        self._opening = asyncio.Semaphore(_OPENING)
        self._shares = shares or AllOurs()
        self.roster = Roster(self.topics, self._make, tell, self._shares, settings.only)
        # Set while the broker is connected and the topics are subscribed to.
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Until it is cancelled. The first connection to the broker has to succeed: BrokerError."""
        await self._nodes.first(self._connect)
        self._shares.begin(self.roster)
        try:
            while self.connection is not None:
                began = asyncio.get_running_loop().time()
                # Not by awaiting it: that would cancel it with us, and the chargers are still to be told.
                ends: list[asyncio.Future[Any]] = [self.connection.lost, self._shares.failed]
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                if self._shares.failed.done():
                    self._shares.failed.result()
                why = self.connection.lost.result()
                self.connection = None
                self.ready.clear()
                self.roster.broker_lost()
                self._shares.broker(False)
                self._tell(Event("broker", f"broker {self._nodes.broker.place}: {why}"))
                self._nodes.lasted(asyncio.get_running_loop().time() - began)
                await self._nodes.again(
                    self._connect, lambda error: self._tell(Event("broker", error.message))
                )
                self._shares.broker(True)
        finally:
            await self._shares.end(self.roster)
            if self.connection is not None:
                await self.connection.flushed()
                self.connection.close()
                self.connection = None

    async def _connect(self, broker: Broker) -> None:
        connection = Connection(broker, self.topics.subscriptions, self.roster.received)
        # What is retained comes before the answer to the subscription, and is answered.
        self.connection = connection
        self.roster.broker_is_back()
        try:
            await connection.connect()
        except BaseException:
            self.connection = None
            self.roster.broker_lost()
            raise
        self._tell(Event("broker", f"connected to broker {broker.place}"))
        self.ready.set()

    def _make(self, serial: str) -> Charger:
        settings = self._settings
        identity = settings.identity(serial)
        approach = Approach(
            connection_url(settings.to, identity),
            settings.user or identity,
            settings.password_of(serial),
            self._context,
            settings.ping,
            self._timing.open,
        )
        way = Way(self, serial)
        return Charger(
            serial,
            approach,
            way,
            self._pauses(),
            self._opening,
            self._tell,
            self._timing.settle,
            partial(self._shares.holds, serial),
        )

    def _pauses(self) -> Pauses:
        return Pauses(random.random, self._timing.first_pause)
