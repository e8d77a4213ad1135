# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which file answers a rare call of the central system: {action: module in charger/ocpp/}. Loaded for one look."""

from charger.ocpp.calls import CallError

TOPICS = {
    "ChangeAvailability": "change_availability",
    "ChangeConfiguration": "keys",
    "ClearCache": "cache",
    "DataTransfer": "data_transfer",
    "GetConfiguration": "keys",
    "GetDiagnostics": "diagnostics",
    "TriggerMessage": "trigger",
    "UnlockConnector": "unlock",
}

# Of OCPP 1.6, but of profiles that this charge point does not have (J 4.2.3, ERR 3.39).
_NOT_SUPPORTED = (
    "CancelReservation ClearChargingProfile GetCompositeSchedule GetLocalListVersion ReserveNow SendLocalList "
    "SetChargingProfile UpdateFirmware"
)


def topic(action):
    """The module's name. Raises CallError where there is none."""
    name = TOPICS.get(action)
    if name is None:
        if action in _NOT_SUPPORTED.split():
            raise CallError("NotSupported", "no such profile")
        raise CallError("NotImplemented", "no such action")
    return name
