# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""All chargers at the broker: those of this bridge get what is on their topics, the others are known to be there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence

from chargerctl.bridge.charger import Charger
from chargerctl.bridge.handover import Handover, LastCalls
from chargerctl.bridge.shares import Shares
from chargerctl.events.event import Event, Tell
from chargerctl.mqtt.topics import Topics
from chargerctl.serials import is_serial

ONLINE, OFFLINE = b"online", b"offline"

# Since the broker is connected, or the charger is this bridge's: who is there has said so, where the broker keeps what it
# said.
_SILENT_S = 5.0
# Of a last will that may be that of an old connection, at another node of the broker.
_WILL_S = 60.0
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
        shares: Shares,
        only: Collection[str] = (),
        most: int = _MOST,
    ) -> None:
        self._topics = topics
        self._make = make
        self._tell = tell
        self._only = frozenset(only)
        self._most = most
        self._shares = shares
        self._chargers: dict[str, Charger] = {}
        self._known: set[str] = set()
        # Those that are online, as far as it is known, whoever holds them.
        self._present: set[str] = set()
        self._last_calls = LastCalls()
        self._loop = asyncio.get_running_loop()

    @property
    def open(self) -> int:
        """How many WebSockets are open."""
        return sum(charger.is_open for charger in self._chargers.values())

    @property
    def waiting(self) -> int:
        """How many frames of chargers wait for the network."""
        return sum(charger.waiting for charger in self._chargers.values())

    # What the broker brings.

    def received(self, topic: str, payload: bytes, retained: bool) -> None:
        """A message from the broker."""
        whose = self._topics.whose(topic)
        if whose is None:
            return
        serial, is_state = whose
        if not is_state and not retained and serial in self._present:
            self._frame(serial, payload)
        elif not is_serial(serial):
            self._tell(
                Event("foreign", f"what is on the topic of {serial[:_SHOWN]!r} is ignored: that is no serial")
            )
        elif self._only and serial not in self._only:
            self._tell(Event("foreign", "ignored, since --only does not name it", serial))
        elif is_state:
            self._announce(serial, payload, retained)
        elif retained:
            text = "a retained message of the charger was dropped: it may be from any time"
            self._tell(Event("dropped", text, serial, {"reason": "retained"}))
        elif self._come(serial):
            self._frame(serial, payload)

    def _announce(self, serial: str, payload: bytes, retained: bool) -> None:
        if payload == ONLINE:
            if serial in self._present and not retained and self._shares.holds(serial):
                # Another node may have kept an old word for it.
                self._charger(serial).repeat()
            self._come(serial)
        elif payload not in (OFFLINE, b""):
            text = "what is on its connection topic is neither `online` nor `offline`: ignored"
            self._tell(Event("foreign", text, serial))
        elif serial in self._present:
            # Empty, where somebody has removed the retained message.
            self._present.discard(serial)
            if serial in self._chargers:
                self._chargers[serial].went()
                self._loop.call_later(_WILL_S, self._look_for, [serial])

    def _frame(self, serial: str, payload: bytes) -> None:
        charger = self._chargers.get(serial)
        if charger is not None and charger.has_come and self._shares.holds(serial):
            charger.received(payload)
        else:
            # Also where it is this bridge's already, and the loop has yet to come to gained().
            self._last_calls.heard(serial, payload, self._loop.time())

    def _come(self, serial: str) -> bool:
        """It is online. False: there are too many."""
        if serial not in self._present:
            if len(self._known) >= self._most and serial not in self._known:
                self._tell(Event("foreign", f"more than {self._most:,} chargers: the others are ignored"))
                return False
            self._known.add(serial)
            self._present.add(serial)
            self._shares.want(serial)
        if self._shares.holds(serial):
            self._charger(serial).came()
        return True

    def _charger(self, serial: str) -> Charger:
        if serial not in self._chargers:
            self._chargers[serial] = self._make(serial)
        return self._chargers[serial]

    # What whoever shares them brings.

    def gained(self, serial: str, passed: Sequence[str] | None) -> None:
        """It is this bridge's from now on. passed: what the last one has left; None: nothing."""
        last = self._last_calls.take(serial, self._loop.time())
        charger = self._charger(serial)
        charger.gained()
        if serial in self._present:
            charger.came(None if passed is None else Handover(passed, last))
        else:
            self._loop.call_later(_SILENT_S, self._look_for, [serial])

    def lost(self, serial: str, nobody_has_it: bool) -> None:
        """It is this bridge's no more: its WebSocket closes, and where nobody has it it is told."""
        if serial in self._chargers:
            self._chargers[serial].lost(nobody_has_it)

    async def hand_over(self, serial: str, patience_s: float) -> list[str] | None:
        """Until its WebSocket is closed. What the next bridge has to know; None: the charger was told `offline`, unless it
        is offline itself."""
        return await self._chargers[serial].hand_over(patience_s) if serial in self._chargers else None

    # What becomes of all.

    def broker_lost(self) -> None:
        """No charger can be reached: all WebSockets close."""
        self._present.clear()
        for charger in self._chargers.values():
            charger.went()

    def broker_is_back(self) -> None:
        """Those that are online announce themselves again, where the broker has kept that; the others are looked for."""
        for charger in self._chargers.values():
            charger.forget()
        self._loop.call_later(_SILENT_S, self._look_for, self._known | self._only)

    def _look_for(self, serials: Collection[str]) -> None:
        """Those that were not heard: RabbitMQ keeps no presence for a subscription to all, and a last will may come late."""
        for serial in serials:
            if serial not in self._present and self._shares.holds(serial):
                self._charger(serial).look_for()

    def tell_all_offline(self) -> None:
        """Whoever held them: no bridge is left."""
        for serial in self._present:
            charger = self._charger(serial)
            # What this one has told it last, another one may have corrected.
            charger.forget()
            charger.lost(nobody_has_it=True)

    async def close(self) -> None:
        """Close all WebSockets; every charger is told."""
        for charger in self._chargers.values():
            charger.went()
        for charger in self._chargers.values():
            await charger.close()
