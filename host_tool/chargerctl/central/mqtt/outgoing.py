# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What goes out to the chargers over MQTT: frames, and whether anybody answers them. From any thread; on the loop it goes to
the broker, if the charger is still this process's by then.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from chargerctl.central.mqtt.shared import Shared
from chargerctl.leases.validity import PARTING_S
from chargerctl.mqtt.connection import Connection
from chargerctl.mqtt.topics import Topics

ONLINE, OFFLINE = b"online", b"offline"
_STATES = {True: ONLINE, False: OFFLINE, None: b""}

# Messages that wait for the loop.
_MOST_WAITING = 100_000


@dataclass(frozen=True)
class _Message:
    """To a charger. last_until: so long, by the steady clock, it may go out to one that is this process's no more."""

    serial: str
    topic: str
    payload: str | bytes
    retained: bool = False
    last_until: float = float("-inf")


class Outgoing:
    """connection: where it goes; None: what is retained waits for the next one (repeat()), and what is not is lost."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        topics: Topics,
        shared: Shared,
        steady: Callable[[], float],
    ) -> None:
        self.connection: Connection | None = None
        self._loop = loop
        self._topics = topics
        self._shared = shared
        self._steady = steady
        self._lock = threading.Lock()
        self._waiting: deque[_Message] = deque(maxlen=_MOST_WAITING)
        self._called = False
        self._announced: dict[str, bool] = {}

    # From any thread.

    @property
    def announced(self) -> list[str]:
        """Who was told something, and is this process's business."""
        with self._lock:
            return list(self._announced)

    def send(self, serial: str, frame: str) -> None:
        """Lost if there is no connection."""
        self._put(_Message(serial, self._topics.frames_to(serial), frame))

    def announce(self, serials: Iterable[str], online: bool | None) -> None:
        """Whether anybody answers them. None: have it forget what they were told."""
        for serial in serials:
            with self._lock:
                if online is None:
                    self._announced.pop(serial, None)
                else:
                    self._announced[serial] = online
            self._tell_it(serial, online)

    def forget(self, serials: Iterable[str]) -> None:
        """What these are told is another one's business."""
        with self._lock:
            for serial in serials:
                self._announced.pop(serial, None)

    def repeat(self, serials: Iterable[str] | None = None) -> None:
        """Tell these what they were told, or all."""
        with self._lock:
            chosen = self._announced if serials is None else serials
            announced = [(each, self._announced[each]) for each in chosen if each in self._announced]
        for serial, online in announced:
            self._tell_it(serial, online)

    def say(self, serials: Iterable[str], online: bool) -> None:
        """For now, to those of them that were told that they are answered."""
        for serial in serials:
            if self._announced.get(serial):
                self._tell_it(serial, online)

    # On the loop.

    def flush(self) -> None:
        """What waits goes out."""
        with self._lock:
            self._called = False
            messages, self._waiting = self._waiting, deque(maxlen=_MOST_WAITING)
        if self.connection is not None and self._shared.may_speak:
            for each in messages:
                if self._shared.holds(each.serial) or self._steady() < each.last_until:
                    self.connection.publish(each.topic, each.payload, retained=each.retained)

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
        self._loop.call_soon_threadsafe(self.flush)
