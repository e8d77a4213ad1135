# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a person presses, and a contact that works like a button. Raw levels: an emergency stop must count from its first
sample."""

import digitalio


class EmergencyStop:
    """A normally closed contact to ground, so that a broken wire counts as pressed. None: there is none."""

    def __init__(self, pin):
        self._pin = pulled_up(pin)

    def pressed(self):
        return self._pin is not None and self._pin.value


class Contact:
    """A normally open contact to ground: the service button, or the contactor's auxiliary contact, which is closed while
    the contactor is. None: there is none."""

    def __init__(self, pin):
        self._pin = pulled_up(pin)
        self.fitted = pin is not None

    def pressed(self):
        return self._pin is not None and not self._pin.value


def pulled_up(pin):
    """An input on this pin, None for none. ValueError when the board uses the pin."""
    if pin is None:
        return None
    contact = digitalio.DigitalInOut(pin)
    contact.switch_to_input(pull=digitalio.Pull.UP)
    return contact
