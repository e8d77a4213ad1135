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
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from chargerctl.central.desk.link import Link
from chargerctl.central.mqtt.recent import LONGEST_S, Recent
from chargerctl.central.mqtt.shared import Alone, Shared
from chargerctl.events.event import Event, Tell
from chargerctl.leases.validity import PARTING_S, steady_clock
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.connection import Broker, Connection
from chargerctl.mqtt.nodes import Nodes
from chargerctl.mqtt.pauses import Pauses
from chargerctl.mqtt.topics import Topics
from chargerctl.serials import is_serial

ONLINE, OFFLINE = b"online", b"offline"
_STATES = {True: ONLINE, False: OFFLINE, None: b""}

CONNECT_S = 30.0
FLUSH_S = 5.0
# Since the broker is connected: who is there has said so, where the broker keeps what it said. Between `offline` and
# `online`: a charger that is busy for a moment must notice both.
_SILENT_S, _SETTLE_S = 5.0, 0.5
# NATS closes the connection of whoever names a topic with one of these.
_UNNAMEABLE = frozenset(" .")
# Chargers that are believed to be connected: those that nobody knows are among them, since this side knows no books.
_MOST_PRESENT = 50_000
# Messages to chargers that wait for the loop.
_MOST_WAITING = 100_000


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


@dataclass(frozen=True)
class _Message:
    """To a charger. last_until: so long, by the steady clock, it may go out to one that is this process's no more."""

    serial: str
    topic: str
    payload: str | bytes
    retained: bool = False
    last_until: float = float("-inf")


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
        self._steady = steady or steady_clock()
        self._nodes = Nodes(broker, Pauses(random.random, pause_s))
        self._shared: Shared = shared or Alone()
        self._recent = Recent()
        self._topics = topics
        self._desk = desk
        self._tell = tell
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self._present: set[str] = set()
        # For the loop.
        self._waiting: deque[_Message] = deque(maxlen=_MOST_WAITING)
        self._lock = threading.Lock()
        self._called = False
        self._announced: dict[str, bool] = {}
        # Chargers that cannot be named at each broker, and have been heard at this one.
        self._named: set[str] = set()
        self._told_unnamed = False

    # From any thread.

    def open(self) -> None:
        """BrokerError if the broker cannot be reached, or refuses something."""
        self._thread.run(self._open(), CONNECT_S * len(self._nodes))

    def close(self) -> None:
        """After what was sent last has gone out, if the broker takes it."""
        self._thread.run(self._close(), CONNECT_S)

    def send(self, serial: str, frame: str) -> None:
        """To the charger; lost if there is no connection."""
        self._put(_Message(serial, self._topics.frames_to(serial), frame))

    def announce(self, serials: Iterable[str], online: bool | None) -> None:
        """Tell these chargers whether anybody answers them, now and after each loss of the broker. None: have it forget
        what they were told."""
        for serial in serials:
            with self._lock:
                if online is None:
                    self._announced.pop(serial, None)
                else:
                    self._announced[serial] = online
            self._tell_it(serial, online)

    def gained(self, since_s: Mapping[str, float | None]) -> None:
        """These chargers are this process's from now on. since_s: for how long they may have been nobody's, in seconds, or
        None for always. What has come of them since is handed to the desk."""
        # By the same clock as the frames that have come.
        now = self._thread.loop.time()
        since = {serial: now - (LONGEST_S if each is None else each) for serial, each in since_s.items()}
        self._thread.loop.call_soon_threadsafe(self._take_over, since)

    def lost(self, serials: Iterable[str]) -> None:
        """What they are told is another one's business."""
        with self._lock:
            for serial in serials:
                self._announced.pop(serial, None)

    def repeat(self) -> None:
        """Tell it again: somebody else may have told them otherwise."""
        with self._lock:
            announced = list(self._announced.items())
        for serial, online in announced:
            self._tell_it(serial, online)

    @property
    def is_connected(self) -> bool:
        """To the broker, now."""
        return self._connection is not None

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
        with self._lock:
            return list(self._announced)

    def _tell_it(self, serial: str, online: bool | None) -> None:
        message = _Message(serial, self._topics.state_to(serial), _STATES[online], retained=True)
        if online is False and not self._shared.holds(serial):
            # When a lease ends its chargers are told, while it still lasts; everything else is for who holds them.
            message = replace(message, last_until=self._steady() + PARTING_S)
        self._put(message)

    def _put(self, message: _Message) -> None:
        with self._lock:
            self._waiting.append(message)
            if self._called:
                return
            self._called = True
        self._thread.loop.call_soon_threadsafe(self._publish)

    # On the loop.

    def _publish(self) -> None:
        with self._lock:
            self._called = False
            messages, self._waiting = self._waiting, deque(maxlen=_MOST_WAITING)
        if self._connection is not None and self._shared.may_speak:
            for each in messages:
                is_ours = self._shared.holds(each.serial) or self._steady() < each.last_until
                if is_ours and self._may_name(each.serial):
                    self._connection.publish(each.topic, each.payload, retained=each.retained)

    def _may_name(self, serial: str) -> bool:
        """Whether the broker surely bears it."""
        if serial in self._named or _UNNAMEABLE.isdisjoint(serial):
            return True
        if not self._told_unnamed:
            self._told_unnamed = True
            text = "has a dot or a space in its serial, which NATS does not bear: it is told nothing before it is heard"
            self._tell(Event("broker", text, serial))
        return False

    async def _open(self) -> None:
        await self._nodes.first(self._connect)
        self._task = asyncio.get_running_loop().create_task(self._stay_connected())

    async def _close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        connection, self._connection = self._connection, None
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
        self._connection = connection
        try:
            await connection.connect()
        except BaseException:
            self._connection = None
            raise
        with self._lock:
            announced = list(self._announced.items())
        for serial, online in announced:
            self._tell_it(serial, online)
        self._publish()
        self._thread.loop.call_later(_SILENT_S, self._look_for)

    async def _stay_connected(self) -> None:
        loop = asyncio.get_running_loop()
        while self._connection is not None:
            began = loop.time()
            # Not by awaiting it, which would cancel it with us.
            await asyncio.wait([self._connection.lost])
            why = self._connection.lost.result()
            self._connection = None
            self._shared.reached(broker=False)
            where = f"the MQTT broker at {self._nodes.broker.place}"
            self._tell(Event("broker", f"{where} is gone: {why}"))
            for serial in self._present:
                self._desk.disconnected(serial, MqttLink(self, serial))
            self._present.clear()
            self._nodes.lasted(loop.time() - began)
            await self._nodes.again(self._connect, lambda error: self._tell(Event("broker", error.message)))
            self._shared.reached(broker=True)
            self._tell(Event("broker", f"connected to the MQTT broker at {self._nodes.broker.place} again"))

    def _look_for(self, serials: Iterable[str] | None = None) -> None:
        """Of these, or of all, those that were not heard: RabbitMQ keeps no presence for a subscription to all. A charger
        that is told `offline`, then `online`, says its status, if it is there."""
        silent = sorted(set(self.announced if serials is None else serials) - self._present)
        self._say(silent, False)
        self._thread.loop.call_later(_SETTLE_S, self._say, silent, True)

    def _say(self, serials: Iterable[str], online: bool) -> None:
        """To those of them that were told that they are answered."""
        for serial in serials:
            if self._announced.get(serial):
                self._tell_it(serial, online)

    def _received(self, topic: str, payload: bytes, retained: bool) -> None:
        found = self._topics.whose(topic)
        if found is None:
            return
        serial, about_connection = found
        if not is_serial(serial):
            self._hostile(f"a message on {topic[:100]}, which has no serial of a charger, is ignored")
            return
        if (
            not _UNNAMEABLE.isdisjoint(serial)
            and serial not in self._named
            and len(self._named) < _MOST_PRESENT
        ):
            self._named.add(serial)
            self._repeat_to(serial)
        if about_connection:
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
                self._repeat_to(serial)
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

    def _repeat_to(self, serial: str) -> None:
        """It was told nothing, or another node of the broker may have kept an old word for it."""
        with self._lock:
            online = self._announced.get(serial)
        if online is not None:
            self._tell_it(serial, online)

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
