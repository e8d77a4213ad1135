# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""TriggerMessage (SPEC 5.17): first the answer, then the message. Loaded for the call, until what it asks for is sent."""

from micropython import const

from charger.ocpp.calls import optional, required

# The context, as in samples.py.
_TRIGGER = const(16)


def _trigger(charger, payload):
    action = required(payload, "requestedMessage", str)
    connector_id = optional(payload, "connectorId", int)
    registration = charger.rpc.registration
    # While the central system says that it is offline nothing is sent.
    accepted = registration is not None and charger.rpc.connected
    if action == "BootNotification":
        # Not again once it was accepted (ERR 3.35, 3.40).
        registering = charger.boot.registering
        accepted = registration != "Accepted" and registering is not None
        if accepted:
            registering.due_s = 0
        wanted = ()
    elif action == "StatusNotification":
        accepted = accepted and connector_id in (None, 0, 1)
        wanted = ((action, 0), (action, 1)) if connector_id is None else ((action, connector_id),)
    elif action == "MeterValues":
        accepted = accepted and connector_id in (None, 1) and _meter_values(charger) is not None
        wanted = ((action, 1),)
    elif action in ("Heartbeat", "DiagnosticsStatusNotification"):
        wanted = ((action, None),)
    else:
        # Among them FirmwareStatusNotification: that profile is not supported.
        return {"status": "NotImplemented"}
    if accepted and wanted:
        _queue(charger, wanted)
    return {"status": "Accepted" if accepted else "Rejected"}


def _queue(charger, wanted):
    """What waits already is not sent twice (SPEC 5.17), so there are never more than five."""
    for job in charger.visitors.jobs:
        triggered = getattr(job, "triggered", None)
        if triggered is not None:
            break
    else:
        job = _Triggered(charger)
        triggered = job.triggered
        charger.visitors.jobs.append(job)
    for each in wanted:
        if each not in triggered:
            triggered.append(each)


class _Triggered:
    """`triggered`: (action, connectorId) of what is still to be sent, once: a lost connection brings the status anyway."""

    def __init__(self, charger):
        self._charger = charger
        self.triggered = []

    def step(self, now):
        rpc = self._charger.rpc
        if not rpc.connected:
            return True
        if rpc.idle:
            payload = self._payload(*self.triggered[0])
            # The answers are Boot's: it lasts, and takes the time of a Heartbeat.
            if payload is None or rpc.call(self._charger.boot, self.triggered[0][0], payload, now):
                self.triggered.pop(0)
        return not self.triggered

    def _payload(self, action, connector_id):
        charger = self._charger
        if action == "StatusNotification":
            availability = charger.availability
            present = availability.present()[connector_id]
            return availability.payload(connector_id, present, charger.board.clock.stamp())
        if action == "MeterValues":
            return _meter_values(charger)
        if action == "DiagnosticsStatusNotification":
            states = [getattr(job, "diagnostics", None) for job in charger.visitors.jobs]
            return {"status": next((state for state in states if state), "Idle")}
        return {}


def _meter_values(charger):
    """Those of MeterValuesSampledData now (ERR 3.46); None: there is nothing to send, or the time is not known."""
    samples = charger.samples
    measurands = charger.configuration.meter_values_sampled_data
    unix = charger.board.clock.stamp()
    if samples is None or not measurands or unix is None:
        return None
    meter = samples.meter
    return samples.meter_values(
        charger.transactions.running_id, unix, meter.energy_wh, meter.power_w, _TRIGGER | measurands
    )


ACTIONS = {"TriggerMessage": _trigger}
