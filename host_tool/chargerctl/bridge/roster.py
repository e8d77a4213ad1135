# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""All chargers of a bridge: made when they announce themselves, each gets what is on its topics."""

from __future__ import annotations

from collections.abc import Callable, Collection

from chargerctl.bridge.charger import Charger
from chargerctl.events.event import Event, Tell
from chargerctl.mqtt.topics import Topics
from chargerctl.serials import is_serial

ONLINE, OFFLINE = b"online", b"offline"

_MOST = 10_000
# Of a name that is no serial.
_SHOWN = 40


class Roster:
    """`make(serial)` makes a charger. only: the serials that are let through; empty: all."""

    def __init__(
        self,
        topics: Topics,
        make: Callable[[str], Charger],
        tell: Tell,
        only: Collection[str] = (),
        most: int = _MOST,
    ) -> None:
        self._topics = topics
        self._make = make
        self._tell = tell
        self._only = frozenset(only)
        self._most = most
        self._chargers: dict[str, Charger] = {}
        # Those that have said whether they are online: their frames say it no more.
        self._announced: set[str] = set()

    @property
    def open(self) -> int:
        """How many WebSockets are open."""
        return sum(charger.is_open for charger in self._chargers.values())

    @property
    def waiting(self) -> int:
        """How many frames of chargers wait for the network."""
        return sum(charger.waiting for charger in self._chargers.values())

    def received(self, topic: str, payload: bytes, retained: bool) -> None:
        """A message from the broker."""
        whose = self._topics.whose(topic)
        if whose is None:
            return
        serial, is_state = whose
        if not is_serial(serial):
            self._tell(
                Event("foreign", f"what is on the topic of {serial[:_SHOWN]!r} is ignored: that is no serial")
            )
        elif self._only and serial not in self._only:
            self._tell(Event("foreign", "ignored, since --only does not name it", serial))
        elif is_state:
            self._announce(serial, payload)
        elif retained:
            text = "a retained message of the charger was dropped: it may be from any time"
            self._tell(Event("dropped", text, serial, {"reason": "retained"}))
        else:
            charger = self._charger(serial)
            if charger is not None:
                if serial not in self._announced:
                    charger.came()
                charger.received(payload)

    def _announce(self, serial: str, payload: bytes) -> None:
        if payload == ONLINE:
            charger = self._charger(serial)
            if charger is not None:
                self._announced.add(serial)
                charger.came()
        elif payload not in (OFFLINE, b""):
            text = "what is on its connection topic is neither `online` nor `offline`: ignored"
            self._tell(Event("foreign", text, serial))
        elif serial in self._chargers:
            # Empty, where somebody has removed the retained message.
            self._announced.add(serial)
            self._chargers[serial].went()

    def _charger(self, serial: str) -> Charger | None:
        charger = self._chargers.get(serial)
        if charger is None:
            if len(self._chargers) >= self._most:
                self._tell(Event("foreign", f"more than {self._most:,} chargers: the others are ignored"))
                return None
            charger = self._chargers[serial] = self._make(serial)
        return charger

    def broker_lost(self) -> None:
        """No charger can be reached: all WebSockets close."""
        self._announced.clear()
        for charger in self._chargers.values():
            charger.went()

    def broker_is_back(self) -> None:
        """Those that are online announce themselves again: the broker has kept that."""
        for charger in self._chargers.values():
            charger.broker_is_back()

    async def close(self) -> None:
        """Close all WebSockets; every charger is told."""
        for charger in self._chargers.values():
            charger.went()
        for charger in self._chargers.values():
            await charger.close()
