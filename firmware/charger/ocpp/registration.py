# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""BootNotification: its payload, and what its answer means. Loaded until the central system has accepted us."""

from micropython import const

_MAX_INTERVAL_S = const(86400)


def payload(vendor, model, serial, firmware_version):
    return {
        "chargePointVendor": vendor,
        "chargePointModel": model,
        "chargePointSerialNumber": serial,
        "firmwareVersion": firmware_version,
    }


def read(answer, heartbeat_interval_s, retry_s):
    """(status, seconds) of an answer: until the next heartbeat, or the next BootNotification. (None, 0): not usable."""
    status = answer.get("status") if answer else None
    interval = answer.get("interval") if answer else None
    if status not in ("Accepted", "Pending", "Rejected"):
        return None, 0
    if not isinstance(interval, int) or interval <= 0:
        interval = heartbeat_interval_s if status == "Accepted" else retry_s
    return status, min(interval, _MAX_INTERVAL_S)
