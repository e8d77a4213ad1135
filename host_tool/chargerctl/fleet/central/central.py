# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Our own central system on a fleet's clock: the desk of `central serve` and its books, without its thread and sockets.

    central = Central(clock, unix, books, send, tell)
    central.came(serial); central.received(serial, frame)

What arrives is booked and answered every GATHER_US, with all that has arrived by then, as by a desk that many chargers keep
busy. The time that this takes on the laptop does not count.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from chargerctl.central.books.interface import Store
from chargerctl.central.conversation.serving import Serving
from chargerctl.central.desk.clock import Clock as DeskClock
from chargerctl.central.desk.desk import Desk
from chargerctl.central.desk.inbox import Limits
from chargerctl.central.desk.observer import Observer
from chargerctl.events.event import Tell
from chargerctl.simulator.machine.clock import Clock, Timer

GATHER_US = 20_000
# Nobody gives commands, and no other process is there: to look for their calls four times a second would be most of it.
_IDLE_US = 5_000_000
# A fleet's chargers all come from this process: what is unheard of from outside is an ordinary burst here.
_LIMITS = Limits(group=2000, group_bytes=4 << 20, remembered=200_000)

Send = Callable[[str, str], object]
"""send(serial, frame): to that charger."""
Announce = Callable[[str, bool], object]
"""announce(serial, online): tell it whether anybody answers."""


class Central:
    """Everything is called on the thread of the clock."""

    def __init__(
        self,
        clock: Clock,
        unix: Callable[[], float],
        books: Store,
        send: Send,
        announce: Announce,
        tell: Tell,
        heartbeat_s: int = 300,
        observer: Observer | None = None,
        id_prefix: Callable[[str], str] = lambda serial: secrets.token_hex(8),
    ) -> None:
        """unix: the time of the fleet's world, in seconds. books: of nobody else. id_prefix(serial): what the ids of calls
        to this charger begin with, at most 24 characters."""
        self._clock = clock
        self._send = send
        self._announce = announce
        steady = DeskClock(lambda: clock.now_us / 1e6, unix)
        self._desk = Desk(books, Serving(heartbeat_s, {}, id_prefix).talk, tell, _LIMITS, steady, observer)
        self._links: dict[str, _Link] = {}
        self._step_timer: Timer | None = None
        self._step_in(_IDLE_US)

    def came(self, serial: str) -> None:
        """The charger is connected."""
        link = self._links[serial] = _Link(serial, self._send, self._announce)
        self._desk.connected(serial, link)
        self._step_in(GATHER_US)

    def went(self, serial: str) -> None:
        """Its connection is gone."""
        link = self._links.pop(serial, None)
        if link is not None:
            self._desk.disconnected(serial, link)
            self._step_in(GATHER_US)

    def received(self, serial: str, frame: str | bytes) -> None:
        """A frame of a charger, which makes it connected."""
        link = self._links.get(serial)
        if link is None:
            link = self._links[serial] = _Link(serial, self._send, self._announce)
        self._desk.received(serial, link, frame)
        self._step_in(GATHER_US)

    def close(self) -> None:
        """Book what has arrived. Nothing is called any more."""
        if self._step_timer is not None:
            self._step_timer.cancel()
        self._desk.close()

    def _step_in(self, us: int) -> None:
        # At whole multiples: when a charger is answered does not depend on what others are with it in this process.
        timer, at_us = self._step_timer, (self._clock.now_us // us + 1) * us
        if timer is not None and timer.call is not None:
            if timer.at_us <= at_us:
                return
            timer.cancel()
        self._step_timer = self._clock.call_at(at_us, self._step)

    def _step(self) -> None:
        more = self._desk.step()
        self._step_in(GATHER_US if more or self._desk.waiting().frames else _IDLE_US)


@dataclass(eq=False)
class _Link:
    """One connection of one charger (central/desk/link.py)."""

    serial: str
    to_charger: Send = field(repr=False)
    announce: Announce = field(repr=False)
    transport: str = "mqtt"

    def send(self, frame: str) -> None:
        self.to_charger(self.serial, frame)

    def close(self, reason: str) -> None:
        pass

    def available(self, online: bool | None) -> None:
        if online is not None:
            self.announce(self.serial, online)
