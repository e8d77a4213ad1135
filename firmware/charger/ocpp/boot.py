# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""BootNotification (SPEC 4.2) and Heartbeat (SPEC 4.6), and the time that their answers bring."""

from micropython import const

from charger.visit import LOAD_MS, visit

# While the central system has given no interval (SPEC 4.2: "chosen by the Charge Point").
_RETRY_S = const(60)


class Boot:
    """`identity`: vendor, model, serial and firmware version (SPEC 6.3). Sets rpc.registration."""

    def __init__(self, rpc, clock, configuration, identity, uptime, stalls, log):
        self._rpc = rpc
        self._clock = clock
        self._configuration = configuration
        self._identity = identity
        self._uptime = uptime
        self._stalls = stalls
        self._log = log
        self._registering = None
        self._boot_due_s = 0
        self._called_s = -1
        self._heartbeat_due_s = 0

    def step(self, now):
        seconds = self._uptime.seconds
        if self._rpc.registration != "Accepted":
            if self._rpc.connected and seconds >= self._boot_due_s:
                self._boot(now)
            return
        if self._rpc.called_s != self._called_s:
            # The interval counts inactivity: any call that we send takes a heartbeat's place.
            self._called_s = self._rpc.called_s
            self._heartbeat_due_s = self._called_s + self._interval()
        if seconds >= self._heartbeat_due_s and self._rpc.free:
            self._rpc.call("Heartbeat", {}, self._heartbeat_answered, now)

    def _interval(self):
        interval_s = self._configuration.heartbeat_interval_s
        # Without the time no card is accepted, so ask for it sooner.
        return interval_s if self._clock.unix() is not None else min(interval_s, _RETRY_S)

    def _boot(self, now):
        if self._registering is None:
            if not self._stalls.allow(LOAD_MS):
                return
            self._registering = self._visit("ocpp.registration")
        self._boot_due_s = self._uptime.seconds + _RETRY_S
        if self._registering is not None:
            payload = self._registering.payload(*self._identity)
            self._rpc.call("BootNotification", payload, self._boot_answered, now)

    def _boot_answered(self, payload, error):
        if error == "LinkLost":
            self._boot_due_s = self._uptime.seconds
            return
        configuration = self._configuration
        status, interval = self._registering.read(payload, configuration.heartbeat_interval_s, _RETRY_S)
        if status is None:
            self._log("ocpp", "BootNotification got no usable answer: again in {} s".format(_RETRY_S))
            return
        self._set_clock(payload)
        self._rpc.registration = status
        self._log("ocpp", "BootNotification {}, interval {} s".format(status.lower(), interval))
        if status == "Accepted":
            self._registering = None
            configuration.heartbeat_interval_s = interval
        else:
            self._boot_due_s = self._uptime.seconds + interval

    def _heartbeat_answered(self, payload, error):
        if payload:
            self._set_clock(payload)

    def _set_clock(self, payload):
        if self._clock.from_ntp or not self._stalls.allow(LOAD_MS):
            return
        timestamp = self._visit("timestamp")
        try:
            if timestamp is not None:
                self._clock.set_from_central(timestamp.parse(payload["currentTime"]))
        except (KeyError, TypeError, ValueError):
            self._log("ocpp", "the central system's currentTime is not a valid time")

    def _visit(self, name):
        """The module, or None when it cannot be loaded now."""
        try:
            return visit(name)
        except (ImportError, MemoryError) as error:
            self._log("ocpp", "cannot load {} ({}): later".format(name, error))
            return None
