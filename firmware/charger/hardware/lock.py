# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The bolt that holds the plug. It must release when unpowered: see the wiring in the README."""

from charger.hardware.output import Output


class Lock:
    """Released from the moment it exists; without an output (`fitted` is False) it only remembers."""

    def __init__(self, output, active_high):
        self._output = None if output is None else Output(output, active_high)
        self.engaged = False
        self.fitted = output is not None

    def engage(self):
        self._drive(True)

    def release(self):
        self._drive(False)

    def _drive(self, engaged):
        if self._output is not None:
            self._output.set(engaged)
        self.engaged = engaged
