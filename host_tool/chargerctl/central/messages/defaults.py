# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The payloads that the central system sends by default: a valid one for every action of OCPP 1.6."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

Payload = dict[str, Any]

# Answers that do not depend on the call. system.py makes the others.
PLAIN_ANSWERS: dict[str, Payload] = {
    "DataTransfer": {"status": "Accepted"},
    "DiagnosticsStatusNotification": {},
    "FirmwareStatusNotification": {},
    "LogStatusNotification": {},
    "MeterValues": {},
    "SecurityEventNotification": {},
    "SignCertificate": {"status": "Accepted"},
    "SignedFirmwareStatusNotification": {},
    "StatusNotification": {},
}

ID_TAG = "04A1B2C3"
_TIME = "2030-01-01T00:00:00Z"
_URL = "ftp://files.example/"
_CERTIFICATE_HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "00",
    "issuerKeyHash": "00",
    "serialNumber": "1",
}

CALLS: dict[str, Payload] = {
    "CancelReservation": {"reservationId": 1},
    "CertificateSigned": {"certificateChain": "-"},
    "ChangeAvailability": {"connectorId": 0, "type": "Operative"},
    "ChangeConfiguration": {"key": "HeartbeatInterval", "value": "300"},
    "ClearCache": {},
    "ClearChargingProfile": {},
    "DataTransfer": {"vendorId": "chargerctl"},
    "DeleteCertificate": {"certificateHashData": _CERTIFICATE_HASH},
    "ExtendedTriggerMessage": {"requestedMessage": "StatusNotification"},
    "GetCompositeSchedule": {"connectorId": 1, "duration": 3600},
    "GetConfiguration": {},
    "GetDiagnostics": {"location": "http://files.example/"},
    "GetInstalledCertificateIds": {"certificateType": "CentralSystemRootCertificate"},
    "GetLocalListVersion": {},
    "GetLog": {"logType": "DiagnosticsLog", "requestId": 1, "log": {"remoteLocation": _URL}},
    "InstallCertificate": {"certificateType": "CentralSystemRootCertificate", "certificate": "-"},
    "RemoteStartTransaction": {"connectorId": 1, "idTag": ID_TAG},
    "RemoteStopTransaction": {"transactionId": 1},
    "ReserveNow": {"connectorId": 1, "expiryDate": _TIME, "idTag": ID_TAG, "reservationId": 1},
    "Reset": {"type": "Soft"},
    "SendLocalList": {"listVersion": 1, "updateType": "Full", "localAuthorizationList": []},
    "SetChargingProfile": {
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
    "SignedUpdateFirmware": {
        "requestId": 1,
        "firmware": {
            "location": _URL,
            "retrieveDateTime": _TIME,
            "signingCertificate": "-",
            "signature": "-",
        },
    },
    "TriggerMessage": {"requestedMessage": "StatusNotification"},
    "UnlockConnector": {"connectorId": 1},
    "UpdateFirmware": {"location": _URL, "retrieveDate": _TIME},
}


def timestamp(unix: float) -> str:
    """ISO 8601 in UTC with milliseconds, as in the examples of OCPP-J."""
    moment = datetime.fromtimestamp(unix, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
