# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The inputs beside the cable and the emergency stop, which are the interlock's: card, meter, service button."""

from charger import connector


class Inputs:
    """`parts`: card_reader, meter, service_button. The button clears a fault, or else ends a charge and frees the cable."""

    def __init__(self, parts, controller, interlock):
        self._reader = parts.card_reader
        self._meter = parts.meter
        self._service_button = parts.service_button
        self._controller = controller
        self._interlock = interlock
        self._pressed = False

    def step(self, now):
        uid = self._reader.step(now)
        # After the reader, which takes a while: every pulse so far is of the transaction that a card ends.
        self._meter.step(now)
        if uid is not None:
            self._controller.card(uid)
        pressed = self._service_button.pressed()
        # After a stall it is read once more before it is believed.
        if pressed != self._pressed and not self._interlock.blind:
            self._pressed = pressed
            if pressed and self._interlock.fault is None:
                self._controller.handle(connector.RELEASE)
            elif pressed:
                self._interlock.clear_fault()
