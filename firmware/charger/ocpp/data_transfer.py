# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""DataTransfer (SPEC 5.6): no vendor's messages are known here. Loaded for one call."""

from charger.ocpp.calls import CallError, optional, printable, required


def _transfer(charger, payload):
    vendor = required(payload, "vendorId", str)
    message = optional(payload, "messageId", str) or ""
    # Its length is not limited, and what it is for is up to the vendor: only its type is checked.
    optional(payload, "data", str)
    if len(vendor) > 255 or len(message) > 50 or not printable(vendor + message):
        raise CallError(
            "PropertyConstraintViolation", "vendorId has at most 255 printable ASCII characters, messageId 50"
        )
    return {"status": "UnknownVendorId"}


ACTIONS = {"DataTransfer": _transfer}
