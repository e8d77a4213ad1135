# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A WS2812 light (NeoPixel), from the pulses on its data line to its colour.

A bit is a high pulse: short for 0, long for 1. The light keeps the first 24 bits, green, red, blue, highest
bit first, and passes the rest on. A pause shows what was kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chargerctl.simulator.peripherals.part import Part

T0_HIGH_NS = 350
T1_HIGH_NS = 800
# In between the data sheet promises nothing; the usual chips decide about here.
_THRESHOLD_NS = 550
_BITS = 24


class Ws2812:
    """One light. `changed` is called when its colour changes."""

    def __init__(self, changed: Callable[[], object] = lambda: None) -> None:
        self._changed = changed
        self._powered = True
        self._colour = "000000"

    @property
    def rgb(self) -> str:
        """What it shows: RRGGBB, 000000 while it has no power."""
        return self._colour if self._powered else "000000"

    def power(self, powered: bool) -> None:
        """Supply on or off. It comes back dark."""
        if powered == self._powered:
            return
        before = self.rgb
        self._powered = powered
        self._colour = "000000"
        if before != self.rgb:
            self._changed()

    def pulses(self, high_ns: Iterable[int]) -> None:
        """A burst on the data line, each high pulse by its length in nanoseconds, and the pause behind it."""
        bits = [int(length > _THRESHOLD_NS) for length in high_ns][:_BITS]
        if not self._powered or len(bits) < _BITS:
            return
        green, red, blue = (int("".join(map(str, bits[at : at + 8])), 2) for at in (0, 8, 16))
        colour = f"{red:02X}{green:02X}{blue:02X}"
        if colour != self._colour:
            self._colour = colour
            self._changed()


def waveform(data: bytes) -> list[int]:
    """The high pulses, in nanoseconds, that send `data`."""
    return [T1_HIGH_NS if byte >> bit & 1 else T0_HIGH_NS for byte in data for bit in range(7, -1, -1)]


class Led(Part):
    """The light of the charger, on boards that switch its supply behind a pin of its own. `rgb` in its events."""

    name = "led"
    can_fail = True

    def _connect(self) -> None:
        self._light = Ws2812(self.report)
        self._supplied = False
        self._switch = self._pinout.pin("led_power_pin")
        if self._pin is not None:
            self._pinout.receive_pulses(self._pin, self._light.pulses)
        if self._switch is not None:
            self._switch.watch(lambda _: self._set_power())

    @property
    def rgb(self) -> tuple[int, int, int]:
        red, green, blue = bytes.fromhex(self._light.rgb)
        return red, green, blue

    def supply(self, powered: bool, connected: bool) -> None:
        self._supplied = powered and connected
        self._set_power()

    def report(self) -> None:
        self._events.emit(self.name, rgb=self._light.rgb)

    def _set_power(self) -> None:
        self._light.power(self._supplied and (self._switch is None or self._switch.level))
