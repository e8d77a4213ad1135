# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a frame is worth by OCPP 1.6's own schemas, in a few words."""

from __future__ import annotations

import json
from typing import Any

from chargerctl.central.messages.schemas import (
    CALL,
    CALL_ERROR,
    CALL_RESULT,
    FrameError,
    check_payload,
    parse,
)

# Every call of a central system: the profile, a valid payload. Reset is last, since it ends what was before.
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "GetConfiguration": ("Core", {}),
    "ChangeConfiguration": ("Core", {"key": "HeartbeatInterval", "value": "300"}),
    "ChangeAvailability": ("Core", {"connectorId": 1, "type": "Operative"}),
    "ClearCache": ("Core", {}),
    "DataTransfer": ("Core", {"vendorId": "org.example", "messageId": "hello", "data": "x"}),
    "RemoteStopTransaction": ("Core", {"transactionId": 424242}),
    "UnlockConnector": ("Core", {"connectorId": 1}),
    "TriggerMessage": ("RemoteTrigger", {"requestedMessage": "Heartbeat"}),
    "GetLocalListVersion": ("LocalAuthList", {}),
    "SendLocalList": (
        "LocalAuthList",
        {"listVersion": 1, "updateType": "Full", "localAuthorizationList": []},
    ),
    "ReserveNow": (
        "Reservation",
        {"connectorId": 1, "expiryDate": "2099-01-01T00:00:00Z", "idTag": "TAG", "reservationId": 1},
    ),
    "CancelReservation": ("Reservation", {"reservationId": 1}),
    "SetChargingProfile": (
        "SmartCharging",
        {
            "connectorId": 1,
            "csChargingProfiles": {
                "chargingProfileId": 1,
                "stackLevel": 0,
                "chargingProfilePurpose": "TxDefaultProfile",
                "chargingProfileKind": "Relative",
                "chargingSchedule": {
                    "chargingRateUnit": "A",
                    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0}],
                },
            },
        },
    ),
    "GetCompositeSchedule": ("SmartCharging", {"connectorId": 1, "duration": 60}),
    "ClearChargingProfile": ("SmartCharging", {}),
    "GetDiagnostics": ("FirmwareManagement", {"location": "ftp://127.0.0.1:9/logs"}),
    "UpdateFirmware": (
        "FirmwareManagement",
        {"location": "ftp://127.0.0.1:9/firmware", "retrieveDate": "2099-01-01T00:00:00Z"},
    ),
    "RemoteStartTransaction": ("Core", {"idTag": "TAG", "connectorId": 1}),
    "Reset": ("Core", {"type": "Soft"}),
}

# OCPP 1.6, 9.1: what every charger has.
REQUIRED_KEYS = {
    "AuthorizeRemoteTxRequests",
    "ClockAlignedDataInterval",
    "ConnectionTimeOut",
    "ConnectorPhaseRotation",
    "GetConfigurationMaxKeys",
    "HeartbeatInterval",
    "LocalAuthorizeOffline",
    "LocalPreAuthorize",
    "MeterValuesAlignedData",
    "MeterValuesSampledData",
    "MeterValueSampleInterval",
    "NumberOfConnectors",
    "ResetRetries",
    "StopTransactionOnEVSideDisconnect",
    "StopTransactionOnInvalidId",
    "StopTxnAlignedData",
    "StopTxnSampledData",
    "SupportedFeatureProfiles",
    "TransactionMessageAttempts",
    "TransactionMessageRetryInterval",
    "UnlockConnectorOnEVSideDisconnect",
}


def judge(action: str, answer: list[Any] | None, alive: bool = True) -> str:
    """The answer to a call: its status, the code of a CALLERROR, what the schema says against it, or that there is none."""
    if answer is None:
        return "silent" if alive else "disconnects"
    try:
        kind, *_ = parse(json.dumps(answer))
    except FrameError as error:
        return f"CALLERROR {answer[2]}, malformed" if answer[:1] == [CALL_ERROR] else f"malformed: {error}"
    if kind == CALL_ERROR:
        return f"CALLERROR {answer[2]}"
    payload = answer[2]
    wrong = violation(CALL_RESULT, action, payload)
    told = payload.get("status") if isinstance(payload, dict) else None
    if wrong:
        return f"{told or 'answer'}, against the schema ({wrong})"
    return str(told or "answered")


def violation(kind: int, action: str, payload: object) -> str:
    """What is against the schema; empty for nothing."""
    try:
        # Numbers are compared as decimal ones: the float 0.1 does not divide 21.4.
        check_payload(kind, action, parse(json.dumps([3, "x", payload]))[2])
    except FrameError as error:
        return str(error)
    return ""


def violations(calls: list[list[Any]]) -> list[str]:
    """Of what a charger sent: each thing once, with its action."""
    found = (f"{call[2]}: {wrong}" for call in calls if (wrong := violation(CALL, call[2], call[3])))
    return sorted(set(found))


def missing_keys(answer: list[Any] | None) -> list[str]:
    """The required configuration keys that a GetConfiguration of all did not give."""
    if answer is None or answer[0] != CALL_RESULT or not isinstance(answer[2], dict):
        return sorted(REQUIRED_KEYS)
    listed = answer[2].get("configurationKey") or []
    return sorted(REQUIRED_KEYS - {each.get("key") for each in listed if isinstance(each, dict)})
