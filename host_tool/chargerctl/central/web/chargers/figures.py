# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How the overview writes power and energy, without their units."""

from __future__ import annotations


def kilowatts(watts: float) -> str:
    return f"{watts / 1000:.1f}"


def kilowatt_hours(watt_hours: float) -> str:
    return f"{watt_hours / 1000:.2f}" if abs(watt_hours) < 1e6 else f"{watt_hours / 1000:.0f}"
