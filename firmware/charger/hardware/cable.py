# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The switch in the socket: closed to ground while a plug is in."""

import digitalio


class Cable:
    def __init__(self, pin):
        self._pin = digitalio.DigitalInOut(pin)
        self._pin.switch_to_input(pull=digitalio.Pull.UP)

    def plugged(self):
        """The raw level at this moment: settling it is the interlock's business."""
        return not self._pin.value
