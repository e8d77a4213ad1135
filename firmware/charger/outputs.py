# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The outputs that show the connector's state. Relay and lock are the interlock's."""


class Outputs:
    def __init__(self, led, controller):
        self._led = led
        self._controller = controller

    def step(self, now):
        self._led.show(self._controller.state.phase, now)
