# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What takes the place of Wi-Fi, link and NTP when the settings cannot be used."""


class NoNetwork:
    """In the place of all three."""

    connected = False
    address = None

    def step(self, now):
        pass

    def publish(self, frame):
        return False

    def receive(self):
        return None

    def close(self):
        pass
