# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The contactor: its contacts follow the coil, which is the relay's level, after their own travel time, unless stuck.

An auxiliary contact closes [hardware] feedback_pin to ground while the main contacts are closed. It works without the board.
"""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.simulator.machine.clock import Timer
from chargerctl.simulator.peripherals.contacts import Driver, to_ground
from chargerctl.simulator.peripherals.part import Part

# Of a small contactor.
CLOSING_US = 10_000
OPENING_US = 10_000


class Contactor(Part):
    """`contact` in its events: `closed`, of the main contacts. Its coil's level is the Relay's event."""

    name = "contactor"

    def _connect(self) -> None:
        self.closed = False
        self._stuck: bool | None = None
        self._travel: Timer | None = None
        self._followers: list[Callable[[bool], object]] = [to_ground(self._pinout.pin("feedback_pin"))]
        self._coil = Driver(self._pinout, "relay", self._follow)

    @property
    def fitted(self) -> bool:
        return True

    def follow(self, follower: Callable[[bool], object]) -> None:
        """Have `follower(closed)` called whenever the contacts have moved."""
        self._followers.append(follower)

    def stick(self, closed: bool) -> None:
        """Weld the contacts together, or keep them from closing: they are so at once, whatever the coil does."""
        self._stuck = closed
        self._stop()
        self._move(closed)

    def mend(self) -> None:
        """The contacts follow the coil again."""
        self._stuck = None
        self._follow()

    def bounce(self, us: int) -> None:
        """The contacts move, and are back after so many microseconds."""
        if self._stuck is None and self._travel is None:
            self._move(not self.closed)
            self._travel = self._clock.call_in(us, self._arrive)

    def report(self) -> None:
        self._events.emit("contact", closed=self.closed)

    def _follow(self) -> None:
        self._stop()
        if self._stuck is None and self._coil.on != self.closed:
            self._travel = self._clock.call_in(OPENING_US if self.closed else CLOSING_US, self._arrive)

    def _arrive(self) -> None:
        self._travel = None
        self._move(self._coil.on)

    def _stop(self) -> None:
        if self._travel is not None:
            self._travel.cancel()
            self._travel = None

    def _move(self, closed: bool) -> None:
        if closed != self.closed:
            self.closed = closed
            for follower in self._followers:
                follower(closed)
            self.report()
