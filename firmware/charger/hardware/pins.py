# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Pins by the names of the `board` module; each can be claimed once."""

import board
import microcontroller

from charger.hardware.profiles import unsafe_outputs


class Pins:
    """Which part uses which pin. `board_id` decides which pins must not switch power."""

    def __init__(self, board_id):
        self._unsafe = unsafe_outputs(board_id)
        # Pairs, not a dict: two names may be one pin, and not every port's pin objects can be hashed.
        self._taken = []

    def unsafe(self, name):
        """Why the pin called `name` must drive neither relay nor lock, or None."""
        return self._unsafe.get(name)

    def claim(self, name, part):
        """The pin called `name`, or None for "none" and "". ValueError with the reason: unknown, or used by another part."""
        if not name or name == "none":
            return None
        pin = getattr(board, name, None)
        # The board module also holds functions, such as I2C: those are not pins.
        if not isinstance(pin, microcontroller.Pin):
            raise ValueError("this board has no pin " + name)
        for taken, holder in self._taken:
            if taken is pin:
                raise ValueError(name + " is already used by " + holder)
        self._taken.append((pin, part))
        return pin
