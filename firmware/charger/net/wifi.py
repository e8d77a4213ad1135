# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Keeps the station associated. An ESP32 reconnects by itself five times, an RP2 never; after that it is done here."""

from micropython import const

from charger import ticks
from charger.stalls import UNBOUNDED

# How long the radio is left alone: during an ESP32's own attempts after a loss, an RP2's association under way.
_OWN_MS = const(10000)
_LOOK_MS = const(100)
# On an ESP32 this ends the retries: an attempt takes up to 3 s more, and the wait for DHCP has no end.
_ASSOCIATE_S = const(4)
_ATTEMPT_S = const(3)
# Before it joins, an RP2 leaves, and waits so long for its driver to report that.
_LEAVE_MS = const(500)
_FIRST_MS = const(2000)
_LONGEST_MS = const(60000)
# When joining has ended in a reset, the next attempt may do so again: until then the charger can charge.
_AGAIN_MS = const(60000)
_NOTHING = const(("None", "0.0.0.0"))


class Wifi:
    """`radio` is wifi.radio; the other collaborators, and how long step() blocks, as in the package."""

    def __init__(self, radio, values, ticks_ms, stalls, store, log, is_rp2):
        self._radio = radio
        self.ssid = values["wifi.ssid"]
        self._password = values["wifi.password"]
        self._ticks_ms = ticks_ms
        self._stalls = stalls
        self._store = store
        self._log = log
        self._is_rp2 = is_rp2
        if is_rp2:
            self._timeout_s = 0.01  # float: wifi.radio takes seconds
        else:
            # How long an attempt may retry, so that the one which is then under way ends before the watchdog.
            seconds = values["safety.watchdog_seconds"]
            if seconds <= _ATTEMPT_S + 1:
                text = f"With [safety] watchdog_seconds = {seconds} the board may restart while it is joining"
                log("wifi", text)
            self._timeout_s = max(1, min(_ASSOCIATE_S, seconds - _ATTEMPT_S - 1))
        self._next_look = self._next_try = ticks_ms()
        if store.blocking:
            self._next_try = ticks.add(self._next_look, _AGAIN_MS)
            log("wifi", f"The last attempt to join ended in a reset: the next in {_AGAIN_MS // 1000} s")
        self._pause_ms = _FIRST_MS
        self._problem = None
        self._waits = False
        self.connected = False
        self.address = None

    def name_server(self):
        """The dotted address of the network's name server, or None when it has announced none."""
        address = str(self._radio.ipv4_dns)
        return None if address in _NOTHING else address

    def step(self, now):
        if self._radio.connected:
            if self.connected:
                return
            if ticks.reached(now, self._next_look):
                self._next_look = ticks.add(now, _LOOK_MS)
                self._take_address()
        elif self.connected:
            self._lose(now)
        if self.connected or not ticks.reached(now, self._next_try):
            return
        if self._stalls.allow(_LEAVE_MS if self._is_rp2 else UNBOUNDED):
            self._associate()
        elif not self._waits and not self._stalls.spent:
            self._waits = True
            self._log("wifi", f"Joining {self.ssid} waits until the relay is open")

    def _take_address(self):
        """Associated is not enough: DHCP gives the address a little later."""
        try:
            address = str(self._radio.ipv4_address)
        except MemoryError as error:
            self._tell(error)
            return
        if address in _NOTHING:
            return
        self.connected = True
        self._waits = False
        self.address = address
        self._pause_ms = _FIRST_MS
        self._problem = None
        self._log("wifi", f"Connected to {self.ssid}, address {address}")

    def _lose(self, now):
        self.connected = False
        self.address = None
        self._next_look = now
        self._next_try = now if self._is_rp2 else ticks.add(now, _OWN_MS)
        self._log("wifi", f"Connection to {self.ssid} lost")

    def _associate(self):
        if not self._is_rp2:
            self._store.block()
        try:
            self._radio.connect(self.ssid, self._password, timeout=self._timeout_s)
            self._problem = None
        # What ESP-IDF raises is an OSError or a MemoryError, too.
        except (OSError, RuntimeError, ValueError, MemoryError) as error:
            # An RP2 always ends here: 10 ms are not enough, and the association goes on.
            self._tell("no answer yet" if self._is_rp2 and isinstance(error, OSError) else error)
        self._store.unblock()
        self._pause_ms = min(self._pause_ms * 2, _LONGEST_MS)
        pause = max(self._pause_ms, _OWN_MS) if self._is_rp2 else self._pause_ms
        self._next_try = ticks.add(self._ticks_ms(), pause)

    def _tell(self, problem):
        """Once for each problem, an error or a text."""
        text = str(problem) or type(problem).__name__
        if text != self._problem:
            self._problem = text
            self._log("wifi", f"Connecting to {self.ssid}: {text}")
