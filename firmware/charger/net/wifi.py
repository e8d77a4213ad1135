# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Keeps the station associated. An ESP32 reconnects by itself five times, an RP2 never; the rest is up to us."""

from charger import ticks
from charger.net import UNBOUNDED

# What the radio gets before we step in: an ESP32's own attempts after a loss, an RP2's association under way.
_OWN_MS = 10000
_LOOK_MS = 100
# Half of the watchdog's usual 8 s; on an ESP32 it ends the retries, not the wait for DHCP.
_ASSOCIATE_S = 4
_FIRST_MS = 2000
_LONGEST_MS = 60000


class Wifi:
    """`radio` is wifi.radio; the other collaborators, and how long step() stands still, as in the package."""

    def __init__(self, radio, ssid, password, ticks_ms, stalls, log, is_rp2):
        self._radio = radio
        self._ssid = ssid
        self._password = password
        self._ticks_ms = ticks_ms
        self._stalls = stalls
        self._log = log
        self._is_rp2 = is_rp2
        self._timeout_s = 0.01 if is_rp2 else _ASSOCIATE_S  # float: wifi.radio takes seconds
        self._next_look = self._next_try = ticks_ms()
        self._pause_ms = _FIRST_MS
        self._problem = None
        self.connected = False
        self.address = None

    def step(self, now):
        if self._radio.connected:
            if self.connected:
                return
            if ticks.reached(now, self._next_look):
                self._next_look = ticks.add(now, _LOOK_MS)
                self._take_address()
        elif self.connected:
            self._lose(now)
        if (
            not self.connected
            and ticks.reached(now, self._next_try)
            and (self._is_rp2 or self._stalls.allow(UNBOUNDED))
        ):
            self._associate()

    def _take_address(self):
        """Associated is not enough: DHCP gives the address a little later."""
        address = str(self._radio.ipv4_address)
        if address in ("None", "0.0.0.0"):
            return
        self.connected = True
        self.address = address
        self._pause_ms = _FIRST_MS
        self._problem = None
        self._log("wifi", f"Connected to {self._ssid}, address {address}")

    def _lose(self, now):
        self.connected = False
        self.address = None
        self._next_look = now
        self._next_try = now if self._is_rp2 else ticks.add(now, _OWN_MS)
        self._log("wifi", f"Connection to {self._ssid} lost")

    def _associate(self):
        problem = None
        try:
            self._radio.connect(self._ssid, self._password, timeout=self._timeout_s)
        except (OSError, RuntimeError, ValueError, MemoryError) as error:
            # An RP2 always ends here: 10 ms are not enough, and the association goes on.
            problem = "no answer yet" if self._is_rp2 else str(error)
        if problem and problem != self._problem:
            self._log("wifi", f"Connecting to {self._ssid}: {problem}")
        self._problem = problem
        self._pause_ms = min(self._pause_ms * 2, _LONGEST_MS)
        pause = max(self._pause_ms, _OWN_MS) if self._is_rp2 else self._pause_ms
        self._next_try = ticks.add(self._ticks_ms(), pause)
