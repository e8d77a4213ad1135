# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The inputs beside the cable and the emergency stop, which are the interlock's: card, meter, service button.

Also says which parts are lost, as the errorCode of the connector's status.
"""


class Inputs:
    """`parts`: card_reader, meter, service_button; screen and led, whose loss is an OtherError."""

    def __init__(self, parts, controller, charge_point, interlock, restart):
        self._reader = parts.card_reader
        self._meter = parts.meter
        self._service_button = parts.service_button
        self._others = (("display", parts.screen), ("led", parts.led))
        self._controller = controller
        self._charge_point = charge_point
        self._interlock = interlock
        self._restart = restart
        self._pressed = False

    def step(self, now):
        self._meter.step(now)
        uid = self._reader.step(now)
        if uid is not None and not self._restart.pending:
            self._controller.card(uid)
        pressed = self._service_button.pressed()
        # After a stall it is read once more before it is believed.
        if pressed != self._pressed and not self._interlock.blind:
            self._pressed = pressed
            if pressed:
                self._interlock.clear_fault()
        self._report_losses()

    def _report_losses(self):
        if self._reader.lost:
            self._charge_point.set_error("ReaderFailure", None)
        elif self._meter.lost:
            self._charge_point.set_error("PowerMeterFailure", None)
        else:
            for name, part in self._others:
                if part.lost:
                    self._charge_point.set_error("OtherError", name)
                    return
            self._charge_point.set_error("NoError", None)
