# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The place at one charger: what somebody who stands there can do, and see."""

from __future__ import annotations

from chargerctl.fleet.charger.charger import Charger

_US = 1_000_000


class Place:
    """Acts on the parts of the charger, and stirs it."""

    def __init__(self, charger: Charger) -> None:
        self._charger = charger

    @property
    def now_s(self) -> float:
        return self._charger.clock.now_us / _US

    @property
    def free(self) -> bool:
        """Whether no vehicle is plugged in."""
        return not self._charger.cable.on

    @property
    def charging(self) -> bool:
        """As a person sees it, by the vehicle: the relay is closed."""
        return self._charger.relay.closed

    @property
    def energy_wh(self) -> int:
        """The meter's register."""
        return self._charger.meter.energy_wh

    def plug(self, power_w: int) -> None:
        """A vehicle that draws so much as soon as it can."""
        self._charger.meter.power(power_w)
        self._charger.cable.on = True
        self._charger.stir()

    def draw(self, power_w: int) -> None:
        """The vehicle draws so much from now on."""
        self._charger.meter.power(power_w)
        self._charger.stir()

    def unplug(self) -> None:
        self._charger.cable.on = False
        self._charger.meter.power(0)
        self._charger.stir()

    def hold(self, card: str | None) -> None:
        """A card to the reader; None: take it away."""
        self._charger.reader.card = card
        self._charger.stir()
