# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is wired straight to a pin: contacts that pull it to ground, and the drivers of relay and lock."""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.simulator.machine.pins import Pin


def to_ground(pin: Pin | None) -> Callable[[bool], None]:
    """A contact between a pin and ground: call it with whether it is closed."""
    return lambda closed: pin.external(False if closed else None) if pin is not None else None


class Driver:
    """A relay's or a lock's: on while its pin has the active level.

    A resistor holds it off else, strong enough to win over the pull-ups that an ESP32 switches on when a program
    ends. Without a pin it is off for ever.
    """

    def __init__(self, pin: Pin | None, active_high: bool, changed: Callable[[], object]) -> None:
        self._pin = pin
        self._active = active_high
        if pin is not None:
            pin.external(not active_high)
            pin.watch(lambda _: changed())

    @property
    def on(self) -> bool:
        return self._pin is not None and self._pin.level == self._active
