# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What stands where a part is switched off, so that nobody needs to ask whether it is there."""


class NoReader:
    """A charger without a card reader is told remotely."""

    lost = False

    def step(self, now):
        return None


class NoMeter:
    energy_wh = 0
    power_w = 0
    lost = False

    def step(self, now):
        pass


class NoLed:
    lost = False

    def show(self, state, now):
        pass


class NoDisplay:
    state = ""
    address = None
    local_time = None
    lost = False

    def charge(self, energy_wh, elapsed_s):
        pass

    def notice(self, text, ms):
        pass

    def step(self, now):
        pass
