# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Keeps at the broker what Home Assistant is to know of the chargers: what is published, when, and when it is taken back.

Everything is retained, and published only where it differs from what the broker has. On the loop, but for changed().

Where several `serve` processes share the chargers, each one publishes, and does what is commanded, for those that it speaks
to. Whoever stays takes back the `offline` that another one leaves. A command that comes after the lease of whoever spoke to
the charger was over is refused by the one that speaks to it next. Of one that comes to a process that is dead, and whose
lease lasts, nobody knows.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.queries.metered import Metered
from chargerctl.central.homeassistant.commands import Command, command_of
from chargerctl.central.homeassistant.device import discovery
from chargerctl.central.homeassistant.names import BIRTH, BORN, Names
from chargerctl.central.homeassistant.values import values
from chargerctl.central.live.state import State
from chargerctl.central.live.watch import Change
from chargerctl.events.event import Event, Tell
from chargerctl.serials import is_serial

ONLINE, OFFLINE = b"online", b"offline"

# Home Assistant asks everybody at once when it starts: up to so much later is answered.
JITTER_S = 3.0
# Between two readings of the books.
_PAUSE_S = 0.5
# Of the time goes into it, where there are many chargers with many sessions (200 with 500 each: 0.6 s of CPU for all).
_SHARE = 0.1
# A charger that is heard of, and has nothing new, may have sent sessions of the past: so much later its sum is read.
_HEARD_S = 60.0
# After one that failed: what reads the books for everybody tells of it.
_FAULT_S = 5.0
# A device is some kilobytes at the broker, and a dozen entities in Home Assistant.
MOST_CHARGERS = 1000
# Of those that somebody retains on our topics.
_MOST_FOUND = 10_000
# A charger that nobody has spoken to for so long counts as one that is new (leases/statements.py).
_NEW_S = 3600.0


class Publisher(Protocol):
    """The link to the broker."""

    def publish(self, topic: str, payload: str | bytes) -> object: ...

    async def room(self) -> None: ...


class Announcer:
    """read(serials): their energy, from the books; in a thread of its own; BooksError. order(command, state, done): has
    a charger do something; done(text) is called once, from any thread. holds(serial): whether this process speaks to it."""

    def __init__(
        self,
        names: Names,
        link: Publisher,
        read: Callable[[Sequence[str]], dict[str, Metered]],
        order: Callable[[Command, State, Callable[[str], object]], object],
        tell: Tell,
        jitter_s: float = JITTER_S,
        holds: Callable[[str], bool] = lambda serial: True,
    ) -> None:
        self._names = names
        self._link = link
        self._read = read
        self._order = order
        self._tell = tell
        self._jitter_s = jitter_s
        self._holds = holds
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        # Of every charger that is announced, as the books have it; None before they were read.
        self._states: dict[str, State] | None = None
        # ONLINE while the books can be read; None: nobody has tried.
        self._alive: bytes | None = None
        self._stale: set[str] = set()
        self._heard: set[str] = set()
        # By topic: what the broker has, as far as this connection knows.
        self._shown: dict[str, str | bytes] = {}
        # Chargers that somebody has announced, now or in an earlier life.
        self._found: set[str] = set()
        self._said: dict[str, str] = {}
        # Of chargers that another process speaks to, or nobody: the last command, and when it came.
        self._left: dict[str, tuple[Command, float]] = {}
        self._full = False
        self._born: asyncio.TimerHandle | None = None
        self._later: asyncio.TimerHandle | None = None

    def changed(self, change: Change) -> None:
        """What has changed in the books. From any thread."""
        self._loop.call_soon_threadsafe(self._take, change)

    def held_others(self, gained: Mapping[str, float | None]) -> None:
        """This process speaks to other chargers than before. gained: since how many seconds nobody has spoken to those that
        it has new, None for always. From any thread."""
        now = self._loop.time()
        since = {serial: now - (_NEW_S if each is None else each) for serial, each in gained.items()}
        self._loop.call_soon_threadsafe(self._look_again, since)

    def connected(self) -> None:
        """The broker may have forgotten everything."""
        self._again()

    def received(self, topic: str, payload: bytes, retained: bool) -> None:
        """What came from the broker: anybody may have sent it."""
        if topic == BIRTH:
            # A retained one was sent before this connection, which has published everything.
            if payload == BORN and not retained and self._born is None:
                self._born = self._loop.call_later(random.uniform(0, self._jitter_s), self._again)
        elif topic == self._names.alive:
            if payload == OFFLINE and self._alive == ONLINE:
                self._link.publish(self._names.alive, ONLINE)
        elif serial := self._names.whose_state(topic):
            if retained and payload and len(self._found) < _MOST_FOUND:
                self._found.add(serial)
                self._wake.set()
        elif not retained:  # a command that was retained may be of last year
            self._command(topic, payload)

    async def run(self) -> None:
        """Publish what is stale, until it is cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            began = self._loop.time()
            try:
                await self._publish_stale()
            except BooksError:
                self._wake.set()
                await asyncio.sleep(_FAULT_S)
                continue
            await asyncio.sleep(max(_PAUSE_S, (self._loop.time() - began) / _SHARE))

    def close(self) -> None:
        """Nobody publishes any more."""
        for each in (self._born, self._later):
            if each is not None:
                each.cancel()
        self._link.publish(self._names.alive, OFFLINE)

    # What there is to publish.

    def _take(self, change: Change) -> None:
        self._alive = OFFLINE if change.error else ONLINE
        self._put(self._names.alive, self._alive)
        if change.error and self._states is None:
            return  # nobody knows yet which chargers there are
        states = self._states = {} if self._states is None else self._states
        for serial, state in change.states.items():
            # Strangers are let in where they may charge, and are no devices of their owner's.
            if not (state.known and is_serial(serial)):
                self._forget(serial)
            elif serial in states or len(states) < MOST_CHARGERS:
                is_news = serial not in states or replace(states[serial], last_seen=state.last_seen) != state
                states[serial] = state
                (self._stale if is_news else self._heard).add(serial)
            elif not self._full:
                self._full = True
                text = f"Home Assistant: {MOST_CHARGERS} chargers are announced, and no more: not {serial}"
                self._tell(Event("homeassistant", text, serial))
        for serial in change.gone:
            self._forget(serial)
        if self._heard and self._later is None:
            self._later = self._loop.call_later(_HEARD_S, self._read_heard)
        self._wake.set()

    def _read_heard(self) -> None:
        self._later = None
        self._stale |= self._heard
        self._heard.clear()
        self._wake.set()

    def _forget(self, serial: str) -> None:
        if self._states is not None and self._states.pop(serial, None) is not None:
            self._found.add(serial)
        self._stale.discard(serial)
        self._said.pop(serial, None)
        self._left.pop(serial, None)

    def _look_again(self, gained: Mapping[str, float]) -> None:
        for serial in gained.keys() & self._left.keys():
            command, at = self._left.pop(serial)
            if at >= gained[serial]:
                self._answered(serial, f"{command.words} refused: nobody spoke to the charger just then")
        for serial in self._states or ():
            if self._holds(serial):
                self._stale.add(serial)
            else:  # whoever publishes it now
                for topic in self._topics(serial):
                    self._shown.pop(topic, None)
        self._wake.set()

    def _again(self) -> None:
        self._born = None
        self._shown.clear()
        self._stale |= set(self._states or ())
        if self._alive is not None:
            self._put(self._names.alive, self._alive)
        self._wake.set()

    async def _publish_stale(self) -> None:
        if self._states is None:
            return
        for serial in self._found - self._states.keys():
            self._take_back(serial)
            await self._link.room()
        stale, self._stale = set(filter(self._holds, self._stale)), set()
        try:
            metered = await asyncio.to_thread(self._read, list(stale)) if stale else {}
        except BooksError:
            self._stale |= stale
            raise
        for serial in stale:
            # It may have gone meanwhile.
            if (state := self._states.get(serial)) is not None:
                self._publish(state, metered.get(serial, Metered()))
                await self._link.room()
                # The chargers are spoken to on this loop, too.
                await asyncio.sleep(0)

    def _publish(self, state: State, metered: Metered) -> None:
        shown = values(state, metered, self._said.get(state.serial, ""))
        self._put(self._names.discovery(state.serial), _json(discovery(self._names, state)))
        self._put(self._names.online(state.serial), ONLINE if state.online else OFFLINE)
        self._put(self._names.state(state.serial), _json(shown))

    def _put(self, topic: str, payload: str | bytes) -> None:
        if self._shown.get(topic) != payload:
            self._shown[topic] = payload
            self._link.publish(topic, payload)

    def _take_back(self, serial: str) -> None:
        self._found.discard(serial)
        # The device first, or its entities would be unknown for a moment.
        for topic in self._topics(serial):
            self._shown.pop(topic, None)
            self._link.publish(topic, b"")

    def _topics(self, serial: str) -> tuple[str, str, str]:
        return self._names.discovery(serial), self._names.online(serial), self._names.state(serial)

    # What is commanded.

    def _command(self, topic: str, payload: bytes) -> None:
        found = command_of(self._names, topic, payload)
        state = (self._states or {}).get(found[0]) if found else None
        if found is not None and not self._holds(found[0]):
            if state is not None:  # another process does it, if there is one
                self._left[found[0]] = found[1], self._loop.time()
            return
        if found is None or state is None:
            self._tell(Event("hostile", f"Home Assistant: what is no command is ignored on {topic[:100]}"))
            return
        serial, command = found
        self._order(
            command, state, lambda text: self._loop.call_soon_threadsafe(self._answered, serial, text)
        )

    def _answered(self, serial: str, text: str) -> None:
        self._tell(Event("homeassistant", f"Home Assistant: {text}", serial))
        if self._states is not None and serial in self._states:
            self._said[serial] = text
            self._stale.add(serial)
            self._wake.set()


def _json(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False)
