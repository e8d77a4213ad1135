# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A pin that switches something on, without a glitch while it is set up."""

import digitalio


def claim(pin, level):
    """A DigitalInOut that drives `pin` to `level`: the level goes into the output latch before the pin starts to drive.

    ValueError when the pin is in use or cannot be an output.
    """
    output = digitalio.DigitalInOut(pin)
    try:
        output.switch_to_output(value=level)
    except ValueError:
        output.deinit()
        raise
    return output


class Output:
    """Off from the moment it exists. `output`: a DigitalInOut that drives the pin off already, as `claim` makes it."""

    def __init__(self, output, active_high):
        self._active_high = active_high
        self._pin = output
        output.value = not active_high

    def set(self, on):
        self._pin.value = on == self._active_high
