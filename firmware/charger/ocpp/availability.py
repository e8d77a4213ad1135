# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""StatusNotification (SPEC 4.9): the present status of connectors 0 and 1, sent when it differs from the last one sent."""

from micropython import const

from charger import connector
from charger.clock import iso

_RETRY_S = const(60)
_MAX_INFO = const(50)  # StatusNotification's info (SPEC 6.47)


class Availability:
    """`reset_reason`, one word, is the info of connector 0."""

    def __init__(self, rpc, view, clock, uptime, reset_reason):
        self._rpc = rpc
        self._view = view
        self._clock = clock
        self._uptime = uptime
        self._due_s = 0
        # What the status of connector 1 was made from.
        self._phase = self._fault = self._loss = None
        # [connector 0, connector 1], as (status, error, info): what is so, and what was last sent.
        self._whole = ("Available", "NoError", "reset: " + reset_reason)
        self._status = [self._whole, None]
        self._sent = [None, None]
        self._sending = 0

    def step(self, now):
        self._look()
        if self._rpc.free and self._uptime.seconds >= self._due_s:
            for connector_id in range(2):
                if self._sent[connector_id] != self._status[connector_id]:
                    self._notify(connector_id, now)
                    return

    def _look(self):
        view = self._view
        phase = view.phase
        fault = view.fault
        loss = view.loss
        if phase == self._phase and fault is self._fault and loss is self._loss:
            return
        if fault is not None:
            error, info = "OtherError", fault[:_MAX_INFO]
        else:
            _, error, info = loss or (None, "NoError", None)
        self._status[1] = (connector.status(phase), error, info)
        # Connector 0 is only ever Available, Unavailable or Faulted.
        if phase == connector.FAULTED:
            self._status[0] = self._status[1]
        elif phase == connector.UNAVAILABLE:
            self._status[0] = (phase, "NoError", None)
        else:
            self._status[0] = self._whole
        # Last: if memory runs out above, the next step looks again.
        self._phase = phase
        self._fault = fault
        self._loss = loss

    def _notify(self, connector_id, now):
        status, error, info = self._status[connector_id]
        payload = {"connectorId": connector_id, "status": status, "errorCode": error}
        if info is not None:
            payload["info"] = info
        stamp = self._clock.stamp()
        if stamp is not None:
            payload["timestamp"] = iso(stamp)
        if self._rpc.call("StatusNotification", payload, self._answered, now):
            self._sent[connector_id] = self._status[connector_id]
            self._sending = connector_id

    def _answered(self, _, error):
        # A refusal is an answer too; only what may not have arrived is sent again.
        if error in ("Timeout", "LinkLost"):
            self._sent[self._sending] = None
        if error == "Timeout":
            # In the meantime the transaction messages are sent.
            self._due_s = self._uptime.seconds + _RETRY_S
