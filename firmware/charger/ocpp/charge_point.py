# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the charge point says of itself: BootNotification, Heartbeat, StatusNotification, Authorize.

Transactions are in transactions.py, what the central system asks in commands.py. Nothing is queued as text: each
message is made from the state of things when its turn comes.
"""

from micropython import const

from charger.clock import iso
from charger.visit import LOAD_MS, visit

# While the central system names no interval (SPEC 4.2: "chosen by the Charge Point").
_RETRY_S = const(60)
_MAX_INFO = const(50)  # StatusNotification's info (SPEC 6.47)


class Identity:
    """Who we are in BootNotification (SPEC 6.3), and which start of ours this is: `boot_id`, 16 hex digits, new at each,
    and `reset_reason`, one word."""

    def __init__(self, values, firmware_version, boot_id, reset_reason):
        self.vendor = values["charger.vendor"]
        self.model = values["charger.model"]
        self.serial = values["charger.serial"]
        self.firmware_version = firmware_version
        self.boot_id = boot_id
        self.reset_reason = reset_reason


class ChargePoint:
    """Call `attach` once with what receives the answers, before the first `step`.

    Why the board was reset is sent with the status of connector 0. `registration` is None until BootNotification is
    answered, then Accepted, Pending or Rejected.
    """

    def __init__(self, rpc, transactions, clock, configuration, identity, uptime, stalls, log):
        self._rpc = rpc
        self._transactions = transactions
        self._clock = clock
        self._configuration = configuration
        self._identity = identity
        self._uptime = uptime
        self._stalls = stalls
        self._log = log
        self._controller = None
        self.registration = None
        self._registering = None
        self._boot_due_s = 0
        self._asking = None
        self._heartbeat_due_s = 0
        self._notify_due_s = 0
        # [connector 0, connector 1]: what is so, and what was last sent, as (status, error, info).
        self._whole = ("Available", "NoError", "reset: " + identity.reset_reason)
        self._status = [self._whole, ("Available", "NoError", None)]
        self._told = [None, None]
        self._error = ("NoError", None)

    def attach(self, controller):
        self._controller = controller
        self._transactions.attach(controller)

    @property
    def online(self):
        """The central system has accepted us and can be asked."""
        return self.registration == "Accepted" and self._rpc.connected

    @property
    def ready(self):
        """A transaction could be recorded: the time is known (SPEC 4.2.1) and there is room for its messages."""
        return self._clock.unix() is not None and self._transactions.room

    def authorize(self, id_tag):
        """Ask for `id_tag`; the controller's authorize_answered receives the outcome. Only the last one asked is sent."""
        self._asking = id_tag

    def start(self, id_tag, energy_wh):
        self._transactions.start(id_tag, energy_wh)

    def stop(self, reason, id_tag, energy_wh):
        self._transactions.stop(reason, id_tag, energy_wh)

    def session_energy(self, energy_wh):
        """Wh since the running transaction's meterStart."""
        return self._transactions.session_energy(energy_wh)

    def set_status(self, status, fault):
        """Connector 1 is now `status`; `fault` is the interlock's, or None."""
        error, info = self._error if fault is None else ("OtherError", fault[:_MAX_INFO])
        self._status[1] = (status, error, info)
        # SPEC 4.9: connector 0 is only ever Available, Unavailable or Faulted.
        if status == "Faulted":
            self._status[0] = self._status[1]
        elif status == "Unavailable":
            self._status[0] = (status, "NoError", None)
        else:
            self._status[0] = self._whole

    def set_error(self, error, info):
        """A part is lost (ReaderFailure, PowerMeterFailure, OtherError with what), or "NoError" when all are back."""
        if error != self._error[0] or info != self._error[1]:
            self._error = (error, info)
            status = self._status[1]
            if status[0] != "Faulted":
                self._status[1] = (status[0], error, info)

    def step(self, now):
        self._rpc.step(now)
        if self._asking is not None and not self.online:
            self._decide_offline()
        if self._rpc.free:
            self._speak(now)
        self._transactions.step()

    def _speak(self, now):
        if self.registration != "Accepted":
            if self._uptime.seconds >= self._boot_due_s:
                self._boot(now)
        elif self._asking is not None:
            self._authorize(now)
        elif self._told[0] != self._status[0] and self._uptime.seconds >= self._notify_due_s:
            self._notify(0, now)
        elif self._told[1] != self._status[1] and self._uptime.seconds >= self._notify_due_s:
            self._notify(1, now)
        elif self._transactions.send(now):
            self._said()
        elif self._uptime.seconds >= self._heartbeat_due_s:
            self._call("Heartbeat", {}, self._heartbeat_answered, now)

    def _call(self, action, payload, done, now):
        if self._rpc.call(action, payload, done, now):
            self._said()

    def _said(self):
        # The heartbeat interval counts inactivity: any call of ours shows that we are alive (SPEC 4.6).
        interval_s = self._configuration.heartbeat_interval_s
        if self._clock.unix() is None:
            # No card is accepted before an answer brought the time.
            interval_s = min(interval_s, _RETRY_S)
        self._heartbeat_due_s = self._uptime.seconds + interval_s

    def _boot(self, now):
        if self._registering is None:
            if not self._stalls.allow(LOAD_MS):
                return
            self._registering = self._visit("ocpp.registration")
        self._boot_due_s = self._uptime.seconds + _RETRY_S
        if self._registering is not None:
            payload = self._registering.payload(self._identity)
            self._call("BootNotification", payload, self._boot_answered, now)

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
        self.registration = status
        self._log("ocpp", "BootNotification {}, interval {} s".format(status.lower(), interval))
        if status == "Accepted":
            self._registering = None
            configuration.heartbeat_interval_s = interval
            self._said()
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
            self._log("ocpp", "the central system's currentTime is no time")

    def _visit(self, name):
        """The module, or None when it cannot be loaded now."""
        try:
            return visit(name)
        except (ImportError, MemoryError) as error:
            self._log("ocpp", "cannot load {} ({}): later".format(name, error))
            return None

    def _notify(self, connector_id, now):
        status = self._status[connector_id]
        payload = {"connectorId": connector_id, "status": status[0], "errorCode": status[1]}
        if status[2] is not None:
            payload["info"] = status[2]
        stamp = self._clock.stamp()
        if stamp is not None:
            payload["timestamp"] = iso(stamp)

        def answered(_, error):
            # A refusal is an answer too; only what may not have arrived is sent again.
            if error in ("Timeout", "LinkLost") and self._told[connector_id] is status:
                self._told[connector_id] = None
            if error == "Timeout":
                # Who does not answer this may answer the transaction's messages: those have their turn meanwhile.
                self._notify_due_s = self._uptime.seconds + _RETRY_S

        if self._rpc.call("StatusNotification", payload, answered, now):
            self._told[connector_id] = status
            self._said()

    def _authorize(self, now):
        id_tag = self._asking

        def answered(payload, error):
            if error == "LinkLost":
                if self._asking is None:
                    self._asking = id_tag
                return
            status, parent = id_tag_info(payload)
            if status == "Accepted":
                self._answer_card(id_tag, None, parent)
            else:
                self._answer_card(id_tag, "No Answer" if error == "Timeout" else "Rejected", None)

        if self._rpc.call("Authorize", {"idTag": id_tag}, answered, now):
            self._asking = None
            self._said()

    def _decide_offline(self):
        id_tag = self._asking
        self._asking = None
        allowed = self._configuration.offline_authorization
        self._log("card", "central system not reachable: " + ("accepted offline" if allowed else "refused"))
        self._answer_card(id_tag, None if allowed else "Offline", None)

    def _answer_card(self, id_tag, why, parent):
        if why is None and not self.ready:
            # Without the time, or without room for its messages, a transaction could not be accounted for.
            why = "Not Ready"
            self._log("card", "refused: the time is not known yet, or too many transactions are undelivered")
        self._controller.authorize_answered(id_tag, why, parent)


def id_tag_info(payload):
    """(status, parentIdTag) of an answer's idTagInfo (SPEC 7.28), (None, None) where it has no proper one."""
    info = payload.get("idTagInfo") if payload else None
    if not isinstance(info, dict) or not isinstance(info.get("status"), str):
        return None, None
    parent = info.get("parentIdTag")
    return info["status"], parent if isinstance(parent, str) else None
