# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is wired straight to a pin: contacts that pull it to ground, and the drivers of relay and lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from chargerctl.simulator.machine.pinout import Pinout
from chargerctl.simulator.machine.pins import Pin
from chargerctl.simulator.peripherals.part import Part


def to_ground(pin: Pin | None) -> Callable[[bool], None]:
    """A contact between a pin and ground: call it with whether it is closed."""
    return lambda closed: pin.external(False if closed else None) if pin is not None else None


class Driver:
    """Of the part "relay" or "lock": on while its pin has the active level.

    A resistor keeps it off otherwise, strong enough to win over the pull-ups that an ESP32 switches on when a program
    ends. Without a pin it is always off.
    """

    def __init__(self, pinout: Pinout, part: str, changed: Callable[[], object]) -> None:
        self._pin = pinout.pin(f"{part}_pin")
        self._active = pinout.setting(f"{part}_active") != "low"
        if self._pin is not None:
            self._pin.external(not self._active)
            self._pin.watch(lambda _: changed())

    @property
    def on(self) -> bool:
        return self._pin is not None and self._pin.level == self._active


class Switched(Part):
    """What a Driver switches. `on_is`: what its events call that."""

    on_is: ClassVar[str]

    def _connect(self) -> None:
        self.output = Driver(self._pinout, self.name, self.report)

    def report(self) -> None:
        self._events.emit(self.name, **{self.on_is: self.output.on})


class Relay(Switched):
    """What drives the contactor's coil, by the level at its pin."""

    name = "relay"
    on_is = "closed"


class Lock(Switched):
    """The bolt that holds the plug."""

    name = "lock"
    on_is = "locked"


class Cable(Part):
    """A contact that closes when the cable is plugged in. `plugged` in its events."""

    name = "cable"

    def _connect(self) -> None:
        self._contact = to_ground(self._pin)
        self.plugged = False

    def plug(self, plugged: bool) -> None:
        if plugged != self.plugged:
            self.plugged = plugged
            self.report()
            self._contact(plugged)

    def report(self) -> None:
        self._events.emit(self.name, plugged=self.plugged)


class Button(Part):
    """A contact to ground, open until it is pressed; `normally_closed`: the other way round."""

    is_button = True
    normally_closed: ClassVar[bool] = False

    def _connect(self) -> None:
        self.press(False)

    def press(self, pressed: bool) -> None:
        to_ground(self._pin)(pressed != self.normally_closed)


class EmergencyStop(Button):
    """Normally closed: a broken wire is an emergency stop."""

    name = "estop"
    normally_closed = True


class ServiceButton(Button):
    name = "service"
