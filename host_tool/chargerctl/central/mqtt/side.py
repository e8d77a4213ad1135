# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The MQTT side of the central system: brings what chargers publish to the desk, and its answers to their topics.

Subscribed to are the frames and the connection topics of all chargers. What is retained on a connection topic says who is
connected. Each charger's /system/{serial}/connection is written, retained: `online` while this central system answers it,
`offline` when not.

On paho-mqtt, driven by an asyncio loop. Measured with frames of 270 bytes over mosquitto, on one core, before reads and
writes were gathered (mqtt/gathering.py): 51 us of CPU for a frame that arrives, 172 us with one that is published in return;
paho's own thread 44 and 107 us; aiomqtt, which is paho with a queue and a task for each message, 88 and 374 us. The loop was
chosen over the thread because one loop also serves the embedded broker and the WebSockets, and because the bridge's
Connection, which is used here, names every refusal.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from chargerctl.central.desk.link import Link
from chargerctl.central.mqtt.outgoing import OFFLINE, ONLINE, Outgoing
from chargerctl.central.mqtt.recent import LONGEST_S, Recent
from chargerctl.central.mqtt.shared import Alone, Shared
from chargerctl.events.event import Event, Tell
from chargerctl.leases.validity import steady_clock
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.connection import Broker, Connection
from chargerctl.mqtt.nodes import Nodes
from chargerctl.mqtt.pauses import Pauses
from chargerctl.mqtt.topics import Topics
from chargerctl.serials import is_serial

CONNECT_S = 30.0
FLUSH_S = 5.0
# Since the broker is connected: who is there has said so, where the broker keeps what it said. Between `offline` and
# `online`: a charger that is busy for a moment must notice both.
_SILENT_S, _SETTLE_S = 5.0, 0.5
# A connection that the broker ends sooner may end because of what was published at its beginning.
_SHORT_S = 10.0
# Chargers that are believed to be connected: those that nobody knows are among them, since this side knows no books.
_MOST_PRESENT = 50_000


class Arrivals(Protocol):
    """The desk, as a transport sees it."""

    def connected(self, serial: str, link: Link) -> None: ...

    def disconnected(self, serial: str, link: Link) -> None: ...

    def received(self, serial: str, link: Link, frame: str | bytes) -> None: ...


@dataclass(frozen=True)
class MqttLink:
    """To one charger, over whatever connection to the broker there is."""

    side: MqttSide
    serial: str
    transport: str = "mqtt"

    def send(self, frame: str) -> None:
        self.side.send(self.serial, frame)

    def close(self, reason: str) -> None:
        """A broker has no word for that."""

    def available(self, online: bool | None) -> None:
        self.side.announce([self.serial], online)


class MqttSide:
    """Connected from open() until close(), again whenever the connection is lost."""

    def __init__(
        self,
        thread: LoopThread,
        broker: Broker,
        topics: Topics,
        desk: Arrivals,
        tell: Tell,
        pause_s: float = 1.0,
        shared: Shared | None = None,
        steady: Callable[[], float] | None = None,
    ) -> None:
        """shared: which chargers are this process's; None: all. The frames of others are not looked at. steady: a clock that
        never jumps, but for tests."""
        self._thread = thread
        self._nodes = Nodes(broker, Pauses(random.random, pause_s))
        self._shared: Shared = shared or Alone()
        self._recent = Recent()
        self._topics = topics
        self._desk = desk
        self._tell = tell
        self._out = Outgoing(thread.loop, topics, self._shared, steady or steady_clock())
        self._task: asyncio.Task[None] | None = None
        self._present: set[str] = set()

    # From any thread.

    def open(self) -> None:
        """BrokerError if the broker cannot be reached, or refuses something."""
        self._thread.run(self._open(), CONNECT_S * len(self._nodes))

    def close(self) -> None:
        """After what was sent last has gone out, if the broker takes it."""
        self._thread.run(self._close(), CONNECT_S)

    def send(self, serial: str, frame: str) -> None:
        """To the charger; lost if there is no connection."""
        self._out.send(serial, frame)

    def announce(self, serials: Iterable[str], online: bool | None) -> None:
        """Tell these chargers whether anybody answers them, now and after each loss of the broker. None: have it forget
        what they were told."""
        self._out.announce(serials, online)

    def gained(self, since_s: Mapping[str, float | None]) -> None:
        """These chargers are this process's from now on. since_s: for how long they may have been nobody's, in seconds, or
        None for always. What has come of them since is handed to the desk."""
        # By the same clock as the frames that have come.
        now = self._thread.loop.time()
        since = {serial: now - (LONGEST_S if each is None else each) for serial, each in since_s.items()}
        self._thread.loop.call_soon_threadsafe(self._take_over, since)

    def lost(self, serials: Iterable[str]) -> None:
        """What they are told is another one's business."""
        self._out.forget(serials)

    def repeat(self) -> None:
        """Tell it again: somebody else may have told them otherwise."""
        self._out.repeat()

    @property
    def is_connected(self) -> bool:
        """To the broker, now."""
        return self._out.connection is not None

    @property
    def failure(self) -> BaseException | None:
        """What has ended the task that connects again: a bug. The broker will not be reached again once it is lost."""
        task = self._task
        return task.exception() if task is not None and task.done() and not task.cancelled() else None

    @property
    def present(self) -> list[str]:
        """Who is connected to the broker, as far as it has said so."""
        return list(self._present)

    @property
    def announced(self) -> list[str]:
        """Who was told something since this side is there."""
        return self._out.announced

    # On the loop.

    async def _open(self) -> None:
        await self._nodes.first(self._connect)
        self._task = asyncio.get_running_loop().create_task(self._stay_connected())

    async def _close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        connection, self._out.connection = self._out.connection, None
        sent = False
        if connection is not None:
            sent = await connection.flushed(FLUSH_S)
            connection.close()
        if not sent and self.announced:
            text = (
                f"the MQTT broker at {self._nodes.broker.place} was not there at the end: chargers may not know that nobody "
                "answers them; tell them with `chargerctl central offline`"
            )
            self._tell(Event("broker", text))

    async def _connect(self, broker: Broker) -> None:
        connection = Connection(broker, self._topics.subscriptions, self._received)
        # What is retained comes before the answer to the subscription, and may be answered.
        self._out.connection = connection
        try:
            await connection.connect()
        except BaseException:
            self._out.connection = None
            raise
        self._out.repeat()
        self._out.flush()
        self._thread.loop.call_later(_SILENT_S, self._look_for)

    async def _stay_connected(self) -> None:
        loop = asyncio.get_running_loop()
        while (connection := self._out.connection) is not None:
            began = loop.time()
            # Not by awaiting it, which would cancel it with us.
            await asyncio.wait([connection.lost])
            why = connection.lost.result()
            self._out.connection = None
            self._shared.reached(broker=False)
            where = f"the MQTT broker at {self._nodes.broker.place}"
            self._tell(Event("broker", f"{where} is gone: {why}{self._likely(loop.time() - began)}"))
            for serial in self._present:
                self._desk.disconnected(serial, MqttLink(self, serial))
            self._present.clear()
            self._nodes.lasted(loop.time() - began)
            await self._nodes.again(self._connect, lambda error: self._tell(Event("broker", error.message)))
            self._shared.reached(broker=True)
            self._tell(Event("broker", f"connected to the MQTT broker at {self._nodes.broker.place} again"))

    def _likely(self, lasted_s: float) -> str:
        """Some brokers close the connection of whoever names a topic that they cannot have."""
        if lasted_s >= _SHORT_S:
            return ""
        odd = next((serial for serial in self.announced if set(" .") & set(serial)), None)
        return f"; NATS does that for a serial with a dot or a space, such as {odd}" if odd else ""

    def _look_for(self, serials: Iterable[str] | None = None) -> None:
        """Of these, or of all, those that were not heard: RabbitMQ keeps no presence for a subscription to all. A charger
        that is told `offline`, then `online`, says its status, if it is there."""
        silent = sorted(set(self.announced if serials is None else serials) - self._present)
        self._out.say(silent, False)
        self._thread.loop.call_later(_SETTLE_S, self._out.say, silent, True)

    def _received(self, topic: str, payload: bytes, retained: bool) -> None:
        found = self._topics.whose(topic)
        if found is None:
            return
        serial, about_connection = found
        if not is_serial(serial):
            self._hostile(f"a message on {topic[:100]}, which has no serial of a charger, is ignored")
        elif about_connection:
            self._presence(serial, payload, retained)
        elif retained:
            # It may be of last year; the charger's own frames are never retained.
            self._hostile(f"a retained frame is ignored: clear it on {topic}", serial)
        elif self._shared.holds(serial):
            self._here(serial)
            self._desk.received(serial, MqttLink(self, serial), payload)
        else:
            self._recent.put(serial, payload, self._thread.loop.time())
            if self._here(serial) or self._shared.own_broker:
                self._shared.want([serial])

    def _presence(self, serial: str, payload: bytes, retained: bool) -> None:
        if payload == ONLINE:
            self._here(serial)
            if not retained:
                # Another node of the broker may have kept an old word for it.
                self._out.repeat([serial])
            if self._shared.holds(serial):
                self._desk.connected(serial, MqttLink(self, serial))
            else:
                self._shared.want([serial])
        elif payload == OFFLINE:
            self._present.discard(serial)
            if self._shared.holds(serial):
                self._desk.disconnected(serial, MqttLink(self, serial))
        elif payload:
            self._hostile("what is on its connection topic is neither `online` nor `offline`", serial)

    def _here(self, serial: str) -> bool:
        """Whether that is news."""
        if serial in self._present or len(self._present) >= _MOST_PRESENT:
            return False
        self._present.add(serial)
        return True

    def _take_over(self, since: Mapping[str, float]) -> None:
        """since: by the clock of the loop."""
        here = {serial: at for serial, at in since.items() if serial in self._present}
        for serial in here:
            self._desk.connected(serial, MqttLink(self, serial))
        for serial, frame in self._recent.since(here):
            self._desk.received(serial, MqttLink(self, serial), frame)
        self._thread.loop.call_later(_SILENT_S, self._look_for, [*since])

    def _hostile(self, text: str, serial: str = "") -> None:
        self._tell(Event("hostile", text, serial))
