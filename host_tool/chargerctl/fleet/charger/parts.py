# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a charger has where a board has pins and buses: parts of plain Python, as charger/core.py lists them.

Each lives as long as the charger, through resets; what a person or a script does to it is an attribute. What the firmware
does to one is reported by `changed()`, so that whoever steps the charger knows that it was not idle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chargerctl.simulator.machine.clock import Clock, Timer

Changed = Callable[[str], object]
"""Called with the name of the part: relay, lock, led, screen."""

MANY_PULSES = 0x3FFFFFFF
"""That nobody waits for."""
_NOTICE_S = 60
_WATT_HOUR = 3600 * 1_000_000  # in watt-microseconds


class Relay:
    """stuck: what the contactor behind it does whatever the relay does; None: it follows."""

    fault = None

    def __init__(self, changed: Changed) -> None:
        self.closed = False
        self.stuck: bool | None = None
        self._changed = changed

    def close(self) -> None:
        self._set(True)

    def open(self) -> None:
        self._set(False)

    def _set(self, closed: bool) -> None:
        if closed is not self.closed:
            self.closed = closed
            self._changed("relay")

    @property
    def contactor_closed(self) -> bool:
        """Whether current may flow."""
        return self.closed if self.stuck is None else self.stuck


class Auxiliary:
    """The contactor's auxiliary contact."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def pressed(self) -> bool:
        return self._relay.contactor_closed


class Lock:
    def __init__(self, changed: Changed) -> None:
        self.fitted = True
        self.engaged = False
        self._changed = changed

    def engage(self) -> None:
        self._set(True)

    def release(self) -> None:
        self._set(False)

    def _set(self, engaged: bool) -> None:
        if engaged is not self.engaged:
            self.engaged = engaged
            self._changed("lock")


class Contact:
    """The cable's switch, the emergency stop or a button. on: its level."""

    fitted = True

    def __init__(self) -> None:
        self.on = False

    def plugged(self) -> bool:
        return self.on

    def pressed(self) -> bool:
        return self.on


class Reader:
    """card: the UID of the card that is held to it, in upper-case hex. cut: its wires are. The firmware's own Health tells
    when it notices."""

    def __init__(self) -> None:
        self.fitted = True
        self.cut = False
        self.card: str | None = None
        self._seen: str | None = None
        self._health: Any = None

    def start(self, health: Any) -> None:
        """The program starts. health: as in firmware/charger/hardware/health.py, new."""
        self._health = health
        self._seen = None

    @property
    def lost(self) -> bool:
        return self._health is not None and self._health.lost

    def step(self, now: int) -> str | None:
        """The UID of a card that is newly held to it."""
        if self.cut or self.lost:
            if not self._health.due(now) and self.lost:
                return None
            if self.cut:
                self._health.fail(now, "does not answer")
                return None
            self._health.work()
        card = self.card
        if card == self._seen:
            return None
        self._seen = card
        return card


class Meter:
    """Counts what flows through the relay, a pulse a Wh. pulsed: called at the first pulse after anything has changed, at
    the one that is `awaited()` pulses away, and else once a minute at most, at a pulse: for a charger that sleeps."""

    def __init__(
        self,
        clock: Clock,
        relay: Relay,
        pulsed: Callable[[], object],
        awaited: Callable[[], int] = lambda: MANY_PULSES,
    ) -> None:
        self.lost = False
        self._works = True
        self._clock = clock
        self._relay = relay
        self._watts = 0
        self._flowing = False
        # In watt-microseconds, up to counted_us.
        self._counted = 0
        self._counted_us = clock.now_us
        self._pulsed = pulsed
        self._awaited = awaited
        self._pulse: Timer | None = None

    def power(self, watts: int) -> None:
        """What the vehicle draws while the contactor is closed."""
        self.count()
        self._watts = watts
        self._plan(1)

    def works(self, works: bool) -> None:
        """Whether it counts: what makes no pulses looks to the charger like a vehicle that draws nothing."""
        self.count()
        self._works = works
        self._plan(1)

    def contactor_moved(self) -> None:
        self.count()
        self._plan(1)

    def count(self) -> None:
        now_us = self._clock.now_us
        if self._flowing and self._works:
            self._counted += self._watts * (now_us - self._counted_us)
        self._counted_us = now_us
        self._flowing = self._relay.contactor_closed

    @property
    def energy_wh(self) -> int:
        self.count()
        return self._counted // _WATT_HOUR

    pulses = energy_wh

    @property
    def power_w(self) -> int:
        return self._watts if self._flowing and self._works else 0

    def step(self, now: int) -> None:
        pass

    def _plan(self, pulses: int) -> None:
        if self._pulse is not None:
            self._pulse.cancel()
            self._pulse = None
        if self.power_w:
            missing = pulses * _WATT_HOUR - self._counted % _WATT_HOUR
            self._pulse = self._clock.call_in(-(-missing // self.power_w), self._notice)

    def _notice(self) -> None:
        self.count()
        self._pulsed()
        self._plan(max(1, min(self.power_w * _NOTICE_S // 3600, self._awaited())))


class Led:
    def __init__(self, changed: Changed) -> None:
        self.lost = False
        self.state: object = None
        self._changed = changed

    def show(self, state: object, now: int) -> None:
        if state != self.state:
            self.state = state
            self._changed("led")


class Screen:
    """What the firmware would show; nobody looks."""

    def __init__(self) -> None:
        self.lost = False
        self.welded = False
        self.state: object = None
        self.address: str | None = None
        self.local_time: str | None = None

    def notice(self, text: str | None, ms: int) -> None:
        pass

    def charge(self, energy_wh: int | None, elapsed_s: int | None) -> None:
        pass

    def step(self, now: int) -> None:
        pass
