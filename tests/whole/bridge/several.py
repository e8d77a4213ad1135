# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Several `chargerctl bridge` processes at one mosquitto, one PostgreSQL and one central system, with chargers that talk all
the time."""

import asyncio
import base64
import contextlib
import itertools
import json
import signal
import time
from collections import Counter, defaultdict

from chargerctl.mqtt.connection import Broker, Connection
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from tests.whole.central.serve import chargerctl, surroundings

HOST = "127.0.0.1"
# Nothing here takes so long, however slow the machine is.
PATIENCE_S = 90
# Between two calls of one side: of 40 chargers some are under way at any moment, and each is quiet in between, also where a
# call takes long on a busy machine.
_PACE_S = 0.5


async def until(condition):
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.02)


class Central:
    """An OCPP-J server that answers each call, and calls each charger all the time.

    open: {serial: bridge}; doubled: (serial, bridge, bridge) of WebSockets that were open at the same time, but for those of
    a bridge that stands still; passed: how often each call has come; cut_off: ids of calls of ours whose WebSocket closed
    before they were answered; late: what came on a WebSocket of a bridge that stood still when another one had the charger;
    stale: ids of calls of ours that went to a bridge that stood still.
    """

    def __init__(self):
        self.open = {}
        self.doubled = []
        self.passed = Counter()
        self.cut_off = set()
        self.late = []
        self.stale = set()
        self._sockets = {}
        self._still = set()
        self._ids = itertools.count(1)

    async def __aenter__(self):
        self._server = await serve(self._visit, HOST, 0, subprotocols=["ocpp1.6"])
        self.to = f"ws://{HOST}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *error):
        self._server.close()
        await self._server.wait_closed()

    def stands_still(self, bridge):
        """It does nothing from now on: its WebSockets stay open, for it cannot close them."""
        self._still |= {self._sockets[serial] for serial, whose in self.open.items() if whose == bridge}

    async def _visit(self, socket):
        serial = socket.request.path[1:]
        login = base64.b64decode(socket.request.headers["Authorization"].removeprefix("Basic "))
        bridge = login.decode().partition(":")[0]
        before = self._sockets.get(serial)
        if before is not None and before not in self._still:
            self.doubled.append((serial, self.open[serial], bridge))
        self._sockets[serial], self.open[serial] = socket, bridge
        waits = set()
        calling = asyncio.ensure_future(self._call(socket, waits))
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self._take(serial, socket, json.loads(await socket.recv()), waits)
        calling.cancel()
        self.cut_off |= waits
        if self._sockets.get(serial) is socket:
            del self._sockets[serial], self.open[serial]

    async def _take(self, serial, socket, frame, waits):
        if self._sockets.get(serial) is not socket:
            self.late.append((serial, frame))
        if frame[0] == 2:
            self.passed[serial, frame[1]] += 1
            await socket.send(json.dumps([3, frame[1], {}]))
        else:
            waits.discard(frame[1])

    async def _call(self, socket, waits):
        with contextlib.suppress(ConnectionClosed):
            while True:
                if not waits:
                    waits.add(f"s-{next(self._ids)}")
                    self.stale |= waits if socket in self._still else set()
                    await socket.send(json.dumps([2, *waits, "TriggerMessage", {}]))
                await asyncio.sleep(_PACE_S)


class Point:
    """A charger with one call outstanding at a time, which it repeats with the same id when it was told `offline` and then
    `online`, as the firmware does with what counts.

    sent: how often each call was sent; answered, called: ids; told: what its topic said, in order.
    """

    def __init__(self, serial):
        self.serial = serial
        self.sent = Counter()
        self.answered = set()
        self.called = set()
        self.told = []
        self._answer = asyncio.Queue()
        self._online = asyncio.Event()
        self._offline = asyncio.Event()

    async def talk(self, broker):
        """Until it is cancelled."""
        topics = [f"/system/{self.serial}", f"/system/{self.serial}/connection"]
        connection = self._connection = Connection(broker, topics, self._received)
        await connection.connect()
        connection.publish(f"/charger/{self.serial}/connection", "online", retained=True)
        try:
            for number in itertools.count(1):
                await self._have_answered(f"{self.serial}-{number}")
                await asyncio.sleep(_PACE_S)
        finally:
            connection.close()

    async def _have_answered(self, call_id):
        while call_id not in self.answered:
            await self._online.wait()
            self.sent[call_id] += 1
            self._send([2, call_id, "Heartbeat", {}])
            waits = [asyncio.ensure_future(each) for each in (self._answer.get(), self._offline.wait())]
            await asyncio.wait(waits, timeout=30, return_when=asyncio.FIRST_COMPLETED)
            for each in waits:
                each.cancel()

    def _received(self, topic, payload, retained):
        if topic.endswith("/connection"):
            self.told.append(payload.decode())
            is_online = payload == b"online"
            (self._online.set if is_online else self._online.clear)()
            (self._offline.clear if is_online else self._offline.set)()
            return
        frame = json.loads(payload)
        if frame[0] == 2:
            self.called.add(frame[1])
            self._send([3, frame[1], {}])
        else:
            self.answered.add(frame[1])
            self._answer.put_nowait(frame[1])

    def _send(self, frame):
        self._connection.publish(f"/charger/{self.serial}", json.dumps(frame))


class Bridge:
    """A process. events: what it has told."""

    def __init__(self, name, folder, to, broker, database):
        self.name = name
        self.events = []
        self._words = ["--to", to, "--broker", broker.place, "--user", name, "--json"]
        self._folder = folder
        self._variables = {
            "CHARGERCTL_BRIDGE_DATABASE": database,
            "CHARGERCTL_BRIDGE_PASSWORD": "secret",
        }
        self._process = None

    async def start(self):
        self._process = await asyncio.create_subprocess_exec(
            *chargerctl("bridge", *self._words),
            stdout=-1,
            cwd=self._folder,
            env=surroundings(self._folder, **self._variables),
        )
        self._reading = asyncio.ensure_future(self._read())

    def signal(self, number):
        self._process.send_signal(number)

    async def ended(self):
        """Its exit status."""
        await self._reading
        return await asyncio.wait_for(self._process.wait(), PATIENCE_S)

    async def kill(self):
        """At the end of a test, whatever it is doing."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
            await self._reading

    def has_told(self, what, text):
        return any(event["what"] == what and text in event["text"] for event in self.events)

    async def _read(self):
        async for line in self._process.stdout:
            self.events.append(json.loads(line))


class Site:
    """Chargers GA-1 … that talk, bridges by name, and their central system."""

    def __init__(self, folder, mqtt_port, database, chargers):
        self.central = Central()
        self.points = [Point(f"GA-{number}") for number in range(1, chargers + 1)]
        self.bridges = {}
        self._folder = folder
        self._broker = Broker(HOST, mqtt_port)
        self._database = database
        self._talking = []

    async def __aenter__(self):
        await self.central.__aenter__()
        self._talking = [asyncio.ensure_future(point.talk(self._broker)) for point in self.points]
        return self

    async def __aexit__(self, *error):
        for bridge in self.bridges.values():
            await bridge.kill()
        for each in self._talking:
            each.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)
        await self.central.__aexit__(*error)

    async def start(self, name, database=None, broker=None):
        bridge = Bridge(
            name, self._folder, self.central.to, broker or self._broker, database or self._database
        )
        self.bridges[name] = bridge
        await bridge.start()
        return bridge

    def of(self, *names):
        """The chargers that these bridges have at the central system."""
        return {serial for serial, bridge in self.central.open.items() if bridge in names}

    async def shared_by(self, *names):
        """Until these bridges, and no others, have the chargers, and each has some."""
        everything = {point.serial for point in self.points}
        await until(lambda: self.of(*names) == everything and all(map(self.of, names)))

    async def takes(self, condition):
        """Seconds until it is true."""
        began = time.monotonic()
        await until(condition)
        return time.monotonic() - began

    async def all_talk(self):
        """Until each charger has got another answer."""
        before = {point: len(point.answered) for point in self.points}
        await until(lambda: all(len(point.answered) >= before[point] + 2 for point in self.points))

    def faults(self):
        """What must never be: a call of a charger that passed more often than it was sent, or was answered by nobody; two
        WebSockets of one charger; a word of a bridge that stood still."""
        passed = self.central.passed
        found = defaultdict(list)
        for point in self.points:
            for call_id, times in point.sent.items():
                if passed[point.serial, call_id] > times:
                    found["passed twice"].append(call_id)
                if call_id in point.answered and not passed[point.serial, call_id]:
                    found["answered by nobody"].append(call_id)
            found["stale"] += point.called & self.central.stale
        found["two WebSockets"] += self.central.doubled
        found["late"] += self.central.late
        return {what: each for what, each in found.items() if each}


STOP, GO, KILL, TERM = signal.SIGSTOP, signal.SIGCONT, signal.SIGKILL, signal.SIGTERM
