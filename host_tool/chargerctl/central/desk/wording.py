# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What was booked, in words for the log."""

from __future__ import annotations

from typing import Any

from chargerctl.central.books.interface import Payload
from chargerctl.events.event import Event

_MOST_STARTS = 8


def booked(
    serial: str, action: str, payload: Payload, answer: Any, meter_starts: dict[int, int]
) -> Event | None:
    """None for what is not worth a line: heartbeats, meter values. meter_starts: the meter, in Wh, at the start of the
    transactions that were seen to start, for the energy of their ends."""
    if action == "BootNotification":
        kind = f"{payload['chargePointVendor']} {payload['chargePointModel']}"
        firmware = payload.get("firmwareVersion")
        text = f"boots: {kind}{f', firmware {firmware}' if firmware else ''}: {answer['status']}"
        return Event("boot", text, serial, {"boot": payload, "status": answer["status"]})
    if action == "StatusNotification":
        error = payload["errorCode"]
        trouble = f" ({error})" if error != "NoError" else ""
        text = f"connector {payload['connectorId']}: {payload['status']}{trouble}"
        return Event("status", text, serial, dict(payload))
    if action == "Authorize":
        status = answer["idTagInfo"]["status"]
        return Event("authorize", f"card {payload['idTag']}: {status}", serial, {**payload, "status": status})
    if action == "StartTransaction":
        return _started(serial, payload, answer, meter_starts)
    if action == "StopTransaction":
        return _stopped(serial, payload, meter_starts)
    if action in ("Heartbeat", "MeterValues"):
        return None
    return Event("message", action, serial, dict(payload))


def _started(serial: str, payload: Payload, answer: Any, meter_starts: dict[int, int]) -> Event:
    number, status = answer["transactionId"], answer["idTagInfo"]["status"]
    meter_starts[number] = payload["meterStart"]
    if len(meter_starts) > _MOST_STARTS:
        del meter_starts[next(iter(meter_starts))]
    text = (
        f"transaction {number} starts: connector {payload['connectorId']}, card {payload['idTag']}: {status}"
    )
    return Event("start", text, serial, {**payload, "transactionId": number, "status": status})


def _stopped(serial: str, payload: Payload, meter_starts: dict[int, int]) -> Event:
    number = payload["transactionId"]
    began = meter_starts.pop(number, None)
    energy = f"meter at {payload['meterStop']} Wh" if began is None else f"{payload['meterStop'] - began} Wh"
    reason = payload.get("reason", "Local")  # what no reason means: OCPP 1.6, 6.47
    details = {key: payload[key] for key in ("transactionId", "meterStop", "timestamp")} | {"reason": reason}
    return Event("stop", f"transaction {number} ends: {energy}, {reason}", serial, details)
