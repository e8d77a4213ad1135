# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""StatusNotification (SPEC 4.9) of connectors 0 and 1: every change in its order, after an offline time the present one.

A change that gets no answer is sent again for as long as it is the last of its connector, but new ones go first.
"""

from micropython import const

from charger import connector
from charger.clock import iso
from charger.journal import INOPERATIVE
from charger.ocpp.rpc import LOST, TIMEOUT

# Pauses after time-outs: 10, 20, 40, 60 s.
_FIRST_PAUSE_S = const(10)
_LONGEST_PAUSE_S = const(60)
# Changes that wait for an answer, or behind one that does.
_PLACES = const(12)
_MAX_INFO = const(50)  # StatusNotification's info (SPEC 6.47)
_AVAILABLE = ("Available", "NoError", None)


class Availability:
    """`reset_reason`, one word, is the info of connector 0, once. `records`: the journal.

    `phase`: what the last status was made from; None has it looked at again, for connector 0.
    """

    def __init__(self, rpc, view, clock, records, configuration, uptime, reset_reason):
        self._rpc = rpc
        self._view = view
        self._clock = clock
        self._journal = records
        self._configuration = configuration
        self._uptime = uptime
        self._reset_info = "reset: " + reset_reason
        self._due_s = self._pause_s = 0
        # What the status of connector 1 was made from.
        self.phase = self._fault = self._loss = None
        # The status that MinimumStatusDuration counts for, the uptime when it has lasted for that long, and when it began.
        self._lasts = self._began = None
        self._lasting_s = 0
        # [connector 0, connector 1]: (status, error, info) that was answered last, or the change that was sent since and got
        # no answer; and the last of the changes.
        self._sent = [None, None]
        self._last = None
        # Changes (connector, (status, error, info), unix or None), as they are to be sent; and the one that was.
        self._changes = []
        self._sending = None
        self._offline = True

    def step(self, now):
        if not self._rpc.online:
            self._offline = True
            return
        if self._offline:
            # The present status, not its history (SPEC 4.9).
            self._changes = []
            self._last = self._sent[:]
            self._lasts = self.phase = None
            self._due_s = self._pause_s = 0
            self._offline = False
        self._look()
        if self._changes and self._rpc.free and self._uptime.seconds >= self._due_s:
            self._notify(self._next() or self._changes[0], now)

    def _look(self):
        view = self._view
        phase = view.phase
        fault = view.fault
        loss = view.loss
        status = connector.status(phase)
        if status != self._lasts:
            # At first, and after an offline time, at once. The uptime is in whole seconds, so that they must be one more.
            duration_s = self._lasts and self._configuration.minimum_status_duration_s
            self._lasting_s = self._uptime.seconds + duration_s + 1 if duration_s else 0
            self._lasts = status
            self._began = self._clock.stamp()
        if self._uptime.seconds < self._lasting_s:
            return
        if phase == self.phase and fault is self._fault and loss is self._loss:
            # Also where a status did not last and the former one is back: what follows has its own time.
            self._began = None
            return
        for connector_id, present in enumerate(self.present()):
            if present != self._last[connector_id]:
                self._drop(self._sent[connector_id])
                self._changes.append((connector_id, present, self._began or self._clock.stamp()))
                self._last[connector_id] = present
                self._due_s = 0
                if len(self._changes) > _PLACES:
                    self._remove()
        # Last: if memory runs out above, the next step looks again.
        self._began = None
        self.phase = phase
        self._fault = fault
        self._loss = loss

    def present(self):
        """(status, errorCode, info) of connector 0 and of connector 1, now."""
        phase = self._view.phase
        fault = self._view.fault
        if fault is not None:
            error, info = "OtherError", fault[:_MAX_INFO]
            if fault[:5] == "Power":
                error = fault.split(":")[0]
        else:
            _, error, info = self._view.loss or (None, "NoError", None)
        status = connector.status(phase), error, info
        whole = _AVAILABLE
        # Connector 0 is only ever Available, Unavailable or Faulted.
        if phase == connector.FAULTED:
            whole = status
        elif phase == connector.UNAVAILABLE and (self._journal.get(INOPERATIVE) or 0) & 2:
            whole = phase, "NoError", None
        return whole, status

    def _remove(self):
        """Drop the oldest change that another of its connector has followed; one to Faulted only if there is no other."""
        for spared in (connector.FAULTED, None):
            for change in self._changes:
                if change[1][0] != spared and self._followed(change):
                    self._drop(change)
                    return

    def _drop(self, change):
        """The change, if it waited until now, else None. Another of the same second may equal it."""
        for place, other in enumerate(self._changes):
            if other is change:
                return self._changes.pop(place)
        return None

    def _followed(self, change):
        """The last waiting change of its connector is another."""
        for other in reversed(self._changes):
            if other[0] == change[0]:
                return other is not change
        return None

    def _next(self):
        """The oldest change that was not sent yet, or None."""
        for change in self._changes:
            if self._sent[change[0]] is not change:
                return change
        return None

    def _notify(self, change, now):
        if self._rpc.call(self, "StatusNotification", self.payload(*change), now):
            self._sending = change

    def payload(self, connector_id, present, unix):
        """Of a StatusNotification: one of `present`, since `unix` or None."""
        status, error, info = present
        if connector_id == 0 and status == "Available":
            info = self._reset_info
        payload = {"connectorId": connector_id, "status": status, "errorCode": error}
        if info is not None:
            payload["info"] = info
        if unix is not None:
            payload["timestamp"] = iso(unix)
        return payload

    def answered(self, _, error):
        change = self._sending
        connector_id = change[0]
        if error is LOST:
            # It may have arrived or not: sent again, even if the status is another by then.
            self._sent[connector_id] = None
        elif error is TIMEOUT:
            self._sent[connector_id] = change
            if self._drop(change) and not self._followed(change):
                # Behind the last of the other connector.
                self._changes.append(change)
            # In the meantime the transaction messages are sent.
            pause_s = 1
            if self._next() is None:
                pause_s = self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S) or _FIRST_PAUSE_S
            self._due_s = self._uptime.seconds + pause_s
        else:
            # A refusal is an answer, too.
            self._sent[connector_id] = change[1]
            self._due_s = self._pause_s = 0
            if change[1] is _AVAILABLE:
                self._reset_info = None
            self._drop(change)
