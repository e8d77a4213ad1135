# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What every simulated part has in common: a name, its supply, and what it reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from chargerctl.simulator.machine.clock import Clock
    from chargerctl.simulator.machine.events import Events
    from chargerctl.simulator.machine.pinout import Pinout


class Part:
    """One part of the charger, wired as `pinout` has it.

    `name`: what scripts and errors call it, and the beginning of its pin's setting. `can_fail`: `fail` can cut its wires.
    `is_button`: `press` can press it.
    """

    name: ClassVar[str]
    can_fail: ClassVar[bool] = False
    is_button: ClassVar[bool] = False

    def __init__(self, pinout: Pinout, clock: Clock, events: Events) -> None:
        self._pinout = pinout
        self._clock = clock
        self._events = events
        self._pin = pinout.pin(f"{self.name}_pin")
        self._connect()

    def _connect(self) -> None:
        """Make the part, and put it on its pins and buses."""

    @property
    def fitted(self) -> bool:
        """Whether this charger has one: a part that is not on a pin of its own overrides this."""
        return self._pin is not None

    def supply(self, powered: bool, connected: bool) -> None:
        """`powered`: the board has its supply; `connected`: the part's own wires are whole."""

    def report(self) -> None:
        """Emit the part's state as an event, as is done at each power-on."""
