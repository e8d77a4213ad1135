# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""In the place of a part that is switched off, so that no caller needs to check whether it exists."""


class NoReader:
    """Without a reader, charging starts only by RemoteStartTransaction."""

    lost = False
    fitted = False

    def step(self, now):
        return None


class NoMeter:
    energy_wh = 0
    power_w = 0
    pulses = 0
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
