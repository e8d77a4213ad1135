# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A pin between the program and the world: who drives it, who pulls it, and the level that results."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum


class Pull(Enum):
    UP = True
    DOWN = False


class Pin:
    """One GPIO; the board may have several names for it.

    The program's side is `drive` and `pull`; the world's is `external`. The program's output wins over the world's
    driver, a driver over a pull, and an open pin reads `floating`. `level` is what a meter at the pin would show.
    """

    __slots__ = (
        "_external",
        "_pull",
        "_watchers",
        "claimed_by",
        "driven",
        "floating",
        "gpio",
        "level",
        "name",
        "never_reset",
    )

    def __init__(self, name: str, gpio: int, floating: bool = False) -> None:
        self.name = name
        self.gpio = gpio
        self.floating = floating
        self.level = floating
        # What holds the pin on the program's side ("DigitalInOut", "I2C", ...), None when it is free.
        self.claimed_by: str | None = None
        # Kept through the end of the VM: a display's pins.
        self.never_reset = False
        # The level the program drives, None while it does not.
        self.driven: bool | None = None
        self._pull: Pull | None = None
        self._external: bool | None = None
        self._watchers: list[Callable[[Pin], object]] = []

    def __repr__(self) -> str:
        return f"<{self.name} level={int(self.level)} driven={self.driven} pull={self._pull}>"

    def drive(self, level: bool | None) -> None:
        """The program's output; None lets go."""
        self.driven = level
        self._settle()

    def pull(self, pull: Pull | None) -> None:
        """The program's pull resistor."""
        self._pull = pull
        self._settle()

    def configure(self, driven: bool | None, pull: Pull | None) -> None:
        """Output and pull in one step, so that no level in between is seen."""
        self.driven = driven
        self._pull = pull
        self._settle()

    def external(self, level: bool | None) -> None:
        """The world's driver: a switch to ground (False), a sensor's output; None when nothing drives."""
        self._external = level
        self._settle()

    def watch(self, watcher: Callable[[Pin], object]) -> None:
        """Have `watcher(pin)` called after every change of level."""
        self._watchers.append(watcher)

    def unwatch(self, watcher: Callable[[Pin], object]) -> None:
        self._watchers.remove(watcher)

    def _settle(self) -> None:
        if self.driven is not None:
            level = self.driven
        elif self._external is not None:
            level = self._external
        elif self._pull is not None:
            level = self._pull.value
        else:
            level = self.floating
        if level != self.level:
            self.level = level
            for watcher in tuple(self._watchers):
                watcher(self)
