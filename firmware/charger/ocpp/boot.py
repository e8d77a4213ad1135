# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Heartbeat (SPEC 4.6), after BootNotification (registration.py), and the time that the answers of both bring."""

from micropython import const

from charger.visit import LOAD_MS, visit

# Without the time no card is accepted, so it is asked for sooner.
_ASK_S = const(60)


class Boot:
    """`identity`: as in registration.py. `registering`: its Registration, or None once the central system accepted us."""

    def __init__(self, rpc, clock, configuration, identity, uptime, stalls, log):
        self._rpc = rpc
        self._clock = clock
        self._configuration = configuration
        self._identity = identity
        self._uptime = uptime
        self._stalls = stalls
        self._log = log
        self.registering = None
        self._load_at_s = 0

    def step(self, now):
        seconds = self._uptime.seconds
        if self._rpc.registration != "Accepted":
            if self.registering is not None:
                self.registering.step(now)
            elif self._rpc.connected and seconds >= self._load_at_s and self._stalls.allow(LOAD_MS):
                self._load_at_s = seconds + _ASK_S
                module = self._visit("ocpp.registration")
                if module is not None:
                    self.registering = module.Registration(
                        self._rpc,
                        self._configuration,
                        self._identity,
                        self._uptime,
                        self._set_clock,
                        self._log,
                    )
            return
        self.registering = None
        interval_s = self._configuration.heartbeat_interval_s
        if self._clock.waits or self._rpc.lost:
            # Was a call lost on the way, or is the central system out of reach?
            interval_s = min(interval_s, _ASK_S)
        # The interval counts inactivity: any call that we send takes a heartbeat's place (SPEC 4.6).
        if seconds - self._rpc.called_s >= interval_s and self._rpc.free:
            self._rpc.call(self, "Heartbeat", {}, now)

    def answered(self, payload, _):
        if payload:
            self._set_clock(payload)

    def _set_clock(self, payload):
        try:
            text = payload["currentTime"]
            if self._clock.confirmed(text) or not self._stalls.allow(LOAD_MS):
                return
            timestamp = self._visit("timestamp")
            if timestamp is not None:
                self._clock.set_from_central(timestamp.parse(text))
        except (KeyError, TypeError, ValueError):
            self._log("ocpp", "the central system's currentTime is not a valid time")

    def _visit(self, name):
        """The module, or None when it cannot be loaded now."""
        try:
            return visit(name)
        except (ImportError, MemoryError) as error:
            self._log("ocpp", "cannot load {} ({}): later".format(name, error))
            return None
