# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a frame says, in a few words: a line of the log. The payload is a stranger's, and may be anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from chargerctl.visible import visible_text

_LONGEST = 160
# Of MeterValues, and of the keys of a configuration.
_MOST = 4


def meaning(kind: str, action: str, text: str) -> str:
    """kind: call or result; text: its payload as JSON. One line, with nothing invisible in it."""
    find = (_CALLS if kind == "call" else _RESULTS).get(action, _only_status)
    try:
        return shortened(find(json.loads(text)))
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError):  # it breaks the schema
        return shortened("" if text == "{}" else text)


def shortened(text: str) -> str:
    """One line of it, visible."""
    text = visible_text(text[: _LONGEST + 1])
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _only_status(payload: Any) -> str:
    if list(payload) != ["status"]:
        raise LookupError
    return str(payload["status"])


def _joined(*parts: object) -> str:
    return ", ".join(str(each) for each in parts if each not in (None, ""))


def _boot(payload: Any) -> str:
    firmware = payload.get("firmwareVersion")
    return _joined(
        f"{payload['chargePointVendor']} {payload['chargePointModel']}", firmware and f"firmware {firmware}"
    )


def _status(payload: Any) -> str:
    error = payload["errorCode"]
    return _joined(
        f"connector {payload['connectorId']}: {payload['status']}",
        None if error == "NoError" else error,
        payload.get("info"),
    )


def _start(payload: Any) -> str:
    return f"connector {payload['connectorId']}, card {payload['idTag']}, meter {payload['meterStart']} Wh"


def _stop(payload: Any) -> str:
    reason = payload.get("reason", "Local")  # what no reason means: OCPP 1.6, 6.47
    return f"session {payload['transactionId']}, meter {payload['meterStop']} Wh, {reason}"


def _meter(payload: Any) -> str:
    values = [sampled for each in payload["meterValue"] for sampled in each["sampledValue"]]
    told = [f"{_measurand(each)}{each['value']} {each.get('unit', 'Wh')}" for each in values[:_MOST]]
    more = f"and {len(values) - _MOST} more" if len(values) > _MOST else None
    session = payload.get("transactionId")
    return _joined(
        f"connector {payload['connectorId']}",
        None if session is None else f"session {session}",
        *told,
        more,
    )


def _measurand(sampled: Any) -> str:
    name = sampled.get("measurand", "Energy.Active.Import.Register").replace(".Import", "").replace(".", " ")
    phase = sampled.get("phase")
    return f"{name}{f' {phase}' if phase else ''} "


def _keys(payload: Any) -> str:
    names = payload.get("key", [])
    return (
        _joined(*names[:_MOST], f"and {len(names) - _MOST} more" if len(names) > _MOST else None)
        or "all keys"
    )


def _told_keys(payload: Any) -> str:
    count, unknown = len(payload.get("configurationKey", [])), len(payload.get("unknownKey", []))
    return _joined(f"{count} key{'' if count == 1 else 's'}", f"{unknown} unknown" if unknown else None)


def _tag_info(payload: Any) -> str:
    number = payload.get("transactionId")
    return _joined(payload["idTagInfo"]["status"], None if number is None else f"session {number}")


_CALLS: dict[str, Callable[[Any], str]] = {
    "Authorize": lambda payload: f"card {payload['idTag']}",
    "BootNotification": _boot,
    "ChangeAvailability": lambda payload: f"connector {payload['connectorId']}: {payload['type']}",
    "ChangeConfiguration": lambda payload: f"{payload['key']} = {payload['value']}",
    "GetConfiguration": _keys,
    "MeterValues": _meter,
    "RemoteStartTransaction": lambda payload: _joined(
        f"card {payload['idTag']}",
        f"connector {payload['connectorId']}" if "connectorId" in payload else None,
    ),
    "RemoteStopTransaction": lambda payload: f"session {payload['transactionId']}",
    "Reset": lambda payload: str(payload["type"]),
    "StartTransaction": _start,
    "StatusNotification": _status,
    "StopTransaction": _stop,
    "TriggerMessage": lambda payload: str(payload["requestedMessage"]),
    "UnlockConnector": lambda payload: f"connector {payload['connectorId']}",
}
_RESULTS: dict[str, Callable[[Any], str]] = {
    "Authorize": _tag_info,
    "BootNotification": lambda payload: f"{payload['status']}, next in {payload['interval']} s",
    "GetConfiguration": _told_keys,
    "Heartbeat": lambda payload: str(payload["currentTime"]),
    "StartTransaction": _tag_info,
    "StopTransaction": lambda payload: str(payload["idTagInfo"]["status"]) if payload else "",
}
