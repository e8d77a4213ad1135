# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The contactor's coil. Only the interlock closes it."""

from charger.hardware.output import Output


class Relay:
    """Open from the moment it exists. `output`: as Output takes it."""

    # As in contactor.py.
    fault = None

    def __init__(self, output, active_high):
        self._output = Output(output, active_high)
        self.closed = False

    def close(self):
        self._output.set(True)
        self.closed = True

    def open(self):
        self._output.set(False)
        self.closed = False
