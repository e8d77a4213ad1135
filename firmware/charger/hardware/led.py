# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The status light: one NeoPixel, its colour the connector's state."""

import digitalio
import neopixel_write
from micropython import const

from charger import ticks

# As sent, green before red before blue; full brightness is 20 of 255. Orange is CSS's (255, 165, 0).
COLOURS = {
    "Available": b"\x14\x00\x00",
    "Preparing": b"\x14\x14\x14",
    "Authorizing": b"\x0d\x14\x00",
    "Charging": b"\x00\x00\x14",
    "SuspendedEVSE": b"\x00\x14\x14",
    # Charging's, darker: the vehicle may begin again at any moment.
    "SuspendedEV": b"\x00\x00\x05",
    "Finishing": b"\x14\x00\x14",
    "Faulted": b"\x00\x14\x00",
    "Unavailable": b"\x00\x00\x00",
}

# The light cannot answer: written again this often, it heals by itself when it was unplugged or lost its power.
_REPEAT_MS = const(2000)


class Led:
    """`power_pin`: what switches the board's own NeoPixel on, or None. ValueError when the board holds a pin."""

    # It cannot answer, so its loss cannot be detected.
    lost = False

    def __init__(self, pin, power_pin):
        if power_pin is not None:
            self._power = digitalio.DigitalInOut(power_pin)
            self._power.switch_to_output(value=True)
        self._pin = digitalio.DigitalInOut(pin)
        self._pin.switch_to_output(value=False)
        self._colour = None
        self._repeat = 0

    def show(self, state, now):
        """The colour of a state, every pass: written when it changes and every 2 s, in 0.1 ms."""
        colour = COLOURS[state]
        if colour is not self._colour or ticks.reached(now, self._repeat):
            neopixel_write.neopixel_write(self._pin, colour)
            self._colour = colour
            self._repeat = ticks.add(now, _REPEAT_MS)
