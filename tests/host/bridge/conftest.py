# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A bridge on one event loop, with a real broker, chargers that are a few lines, and a central system that does as it is
told."""

import asyncio
import base64
import contextlib
import json

import pytest
from chargerctl.bridge.service import Service, Timing
from chargerctl.bridge.settings import BridgeSettings
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.connection import Broker, Connection
from chargerctl.mqtt.local_broker import HOST, LocalBroker
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

# Nothing here takes so long: a test that waits for something that does not come fails, however slow the machine is.
PATIENCE_S = 60


class Central:
    """A WebSocket server. `visits`: its connections, each with the path, the headers and what has come."""

    def __init__(self, **options):
        self.visits = []
        self._new = asyncio.Queue()
        self._options = {"subprotocols": ["ocpp1.6"]} | options
        self._server = None
        self.port = 0

    async def start(self):
        self._server = await serve(self._visit, HOST, self.port, **self._options)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self):
        self._server.close()
        await self._server.wait_closed()

    async def _visit(self, socket):
        visit = Visit(socket)
        self.visits.append(visit)
        self._new.put_nowait(visit)
        with contextlib.suppress(ConnectionClosed):
            while True:
                visit.frames.put_nowait(await socket.recv())
        visit.gone.set()

    async def next_visit(self):
        return await asyncio.wait_for(self._new.get(), PATIENCE_S)


class Visit:
    def __init__(self, socket):
        self.socket = socket
        self.path = socket.request.path
        self.frames = asyncio.Queue()
        self.gone = asyncio.Event()

    @property
    def login(self):
        header = self.socket.request.headers.get("Authorization")
        return header and base64.b64decode(header.removeprefix("Basic "))

    async def frame(self):
        return await asyncio.wait_for(self.frames.get(), PATIENCE_S)

    async def left(self):
        await asyncio.wait_for(self.gone.wait(), PATIENCE_S)


class Charger:
    """Announces itself and talks, on a connection of its own to the broker."""

    def __init__(self, broker, serial):
        self.serial = serial
        self.heard = asyncio.Queue()
        self._topics = [f"/system/{serial}", f"/system/{serial}/connection"]
        self._connection = Connection(broker, self._topics, self._received)

    async def come(self):
        await self._connection.connect()
        self.announce("online")
        return self

    def announce(self, state, serial=None):
        self._connection.publish(f"/charger/{serial or self.serial}/connection", state, retained=True)

    def send(self, frame, serial=None, retained=False):
        text = frame if isinstance(frame, str | bytes) else json.dumps(frame)
        self._connection.publish(f"/charger/{serial or self.serial}", text, retained=retained)

    def _received(self, topic, payload, retained):
        # amqtt gives a new connection what is retained on any topic that somebody has subscribed to.
        if topic in self._topics:
            self.heard.put_nowait(payload.decode())

    async def hears(self, *wanted):
        """The next messages, frames and states."""
        for each in wanted:
            assert await asyncio.wait_for(self.heard.get(), PATIENCE_S) == each

    async def next(self):
        return await asyncio.wait_for(self.heard.get(), PATIENCE_S)

    async def is_told(self, state):
        """Whatever else comes before."""
        while await asyncio.wait_for(self.heard.get(), PATIENCE_S) != state:
            pass

    async def said(self):
        """Until the broker has all of it."""
        assert await self._connection.flushed(PATIENCE_S)

    async def leave(self):
        await self._connection.flushed(PATIENCE_S)
        self._connection.close()


class Rig:
    """`told`: every event of the bridge."""

    def __init__(self, broker):
        self.broker = broker
        self.told = []
        self._chargers = []
        self._news = asyncio.Event()
        self._running = []

    async def bridge(self, to, timing=None, broker=None, **settings):
        service = Service(
            BridgeSettings(to=to, **settings),
            broker or self.broker,
            self._tell,
            timing or Timing(0.02, 15, 0),
        )
        running = asyncio.ensure_future(service.run())
        self._running.append(running)
        ready = asyncio.ensure_future(service.ready.wait())
        await asyncio.wait([running, ready], timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if running.done():
            await running
        return service

    async def charger(self, serial="c1"):
        charger = await Charger(self.broker, serial).come()
        self._chargers.append(charger)
        return charger

    def _tell(self, event):
        self.told.append(event)
        self._news.set()

    async def hears_of(self, what):
        """The first event of this kind, for the program or for a person."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for event in self.told:
                    if what in (event.what, event.details.get("reason")) or what in event.text:
                        return event
                self._news.clear()
                await self._news.wait()

    async def stop(self):
        for running in self._running:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
        self._running.clear()

    async def close(self):
        await self.stop()
        for charger in self._chargers:
            charger.announce("")
            await charger.leave()


@pytest.fixture
def amqtt():
    broker = LocalBroker(LoopThread())
    yield Broker(HOST, broker.port)
    broker.close()


@pytest.fixture
def play(amqtt):
    """play(story): run `story(rig)`, with a central system of the usual kind as its second argument if it takes one."""

    def run(story, **options):
        async def on_loop():
            rig = Rig(amqtt)
            central = await Central(**options).start()
            try:
                await story(rig, central)
            finally:
                await rig.close()
                await central.stop()

        asyncio.run(on_loop())

    return run
