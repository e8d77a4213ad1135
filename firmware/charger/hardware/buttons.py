# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a person presses. Raw levels: an emergency stop must count from its first sample."""

import digitalio


class EmergencyStop:
    """A normally closed contact to ground, so that a broken wire counts as pressed. None: there is none."""

    def __init__(self, pin):
        self._pin = pulled_up(pin)

    def pressed(self):
        return self._pin is not None and self._pin.value


class ServiceButton:
    """A normally open contact to ground. None: there is none."""

    def __init__(self, pin):
        self._pin = pulled_up(pin)

    def pressed(self):
        return self._pin is not None and not self._pin.value


def pulled_up(pin):
    """An input on this pin, None for none. ValueError when the board uses the pin."""
    if pin is None:
        return None
    contact = digitalio.DigitalInOut(pin)
    contact.switch_to_input(pull=digitalio.Pull.UP)
    return contact
