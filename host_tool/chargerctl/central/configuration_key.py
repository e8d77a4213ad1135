# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a configuration key and its value may be (OCPP 1.6, 5.3)."""

from __future__ import annotations

LONGEST_KEY = 50  # CiString50 (OCPP 1.6, 6.7)
LONGEST_VALUE = 500  # CiString500


def check(key: str, value: str) -> None:
    """ValueError with what is wrong, without the value."""
    if not 0 < len(key) <= LONGEST_KEY:
        raise ValueError(f"is no configuration key: it has 1 to {LONGEST_KEY} characters (OCPP)")
    if len(value) > LONGEST_VALUE:
        raise ValueError(f"a value has at most {LONGEST_VALUE} characters (OCPP), not {len(value)}")
