# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""BootNotification: what it says, and what its answer means. Loaded until the central system has accepted us."""

from micropython import const

_MAX_INTERVAL_S = const(86400)


def payload(identity):
    return {
        "chargePointVendor": identity.vendor,
        "chargePointModel": identity.model,
        "chargePointSerialNumber": identity.serial,
        "firmwareVersion": identity.firmware_version,
    }


def read(answer, heartbeat_interval_s, retry_s):
    """(status, seconds) of an answer: until the next heartbeat, or until we may ask again. (None, 0): it is of no use."""
    status = answer.get("status") if answer else None
    interval = answer.get("interval") if answer else None
    if status not in ("Accepted", "Pending", "Rejected"):
        return None, 0
    if not isinstance(interval, int) or interval <= 0:
        interval = heartbeat_interval_s if status == "Accepted" else retry_s
    return status, min(interval, _MAX_INTERVAL_S)
