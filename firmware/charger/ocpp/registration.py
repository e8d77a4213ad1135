# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""BootNotification (SPEC 4.2). Loaded until the central system has accepted us."""

from micropython import const

from charger.ocpp.rpc import LOST, whole

# While the central system has given no interval (SPEC 4.2: "chosen by the Charge Point").
_RETRY_S = const(60)
_MAX_INTERVAL_S = const(86400)


class Registration:
    """`identity`: vendor, model, serial, firmware version, and the meter's type and serial, "" where unknown (SPEC 6.3; the
    charge box has no serial of its own). Sets rpc.registration. `due_s`: the uptime of the next one; 0: now."""

    def __init__(self, rpc, configuration, identity, uptime, set_clock, log):
        self._rpc = rpc
        self._configuration = configuration
        vendor, model, serial, firmware_version, meter_type, meter_serial = identity
        self._payload = {
            "chargePointVendor": vendor,
            "chargePointModel": model,
            "chargePointSerialNumber": serial,
            "firmwareVersion": firmware_version,
        }
        if meter_type:
            self._payload["meterType"] = meter_type
        if meter_serial:
            self._payload["meterSerialNumber"] = meter_serial
        self._uptime = uptime
        self._set_clock = set_clock
        self._log = log
        self.due_s = 0

    def step(self, now):
        if self._rpc.reconnected and self._rpc.registration is None:
            self.due_s = 0
        due = self._rpc.idle and self._uptime.seconds >= self.due_s
        if due and self._rpc.call(self, "BootNotification", self._payload, now):
            self.due_s = self._uptime.seconds + _RETRY_S

    def answered(self, payload, error):
        if error is LOST:
            self.due_s = 0
            return
        configuration = self._configuration
        status = payload.get("status") if payload else None
        if status not in ("Accepted", "Pending", "Rejected"):
            self._log("ocpp", "BootNotification got no usable answer: again in {} s".format(_RETRY_S))
            return
        interval = whole(payload.get("interval"))
        if interval is None or interval <= 0:
            interval = configuration.heartbeat_interval_s if status == "Accepted" else _RETRY_S
        interval = min(interval, _MAX_INTERVAL_S)
        self._set_clock(payload)
        self._rpc.registration = status
        self._log("ocpp", "BootNotification {}, interval {} s".format(status.lower(), interval))
        if status == "Accepted":
            configuration.heartbeat_interval_s = interval
        else:
            # Not sooner (SPEC 4.2): the uptime is in whole seconds, so that they must be one more.
            self.due_s = self._uptime.seconds + interval + 1
