# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A pin that switches something on, without a glitch while it is set up."""

import digitalio


class Output:
    """Off from the moment it exists."""

    def __init__(self, pin, active_high):
        self._active_high = active_high
        self._pin = digitalio.DigitalInOut(pin)
        # The level goes into the output latch before the pin starts to drive.
        self._pin.switch_to_output(value=not active_high)

    def set(self, on):
        self._pin.value = on == self._active_high
