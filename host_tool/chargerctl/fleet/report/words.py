# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Numbers and times of a fleet as people read them."""

from __future__ import annotations

STATES = (
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEV",
    "SuspendedEVSE",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
    "Booting",
    "Offline",
    "Off",
)
"""In this order."""


def count(number: float) -> str:
    return f"{number:,.0f}"


def chargers(number: int) -> str:
    return f"{count(number)} charger{'' if number == 1 else 's'}"


def rate(number: float) -> str:
    """A second. Of a small fleet it is below 1: two digits of it, down to a thousandth."""
    if 0 < number < 0.001:
        return "<0.001"
    if 0 < number < 0.995:
        return f"{number:.2g}"
    return f"{number:,.1f}" if number < 1000 else count(number)


def ms(value: float | None) -> str:
    """With its unit; "-" for None."""
    if value is None:
        return "-"
    if value < 10:
        return f"{value:.1f} ms"
    return f"{value:,.0f} ms" if value < 10_000 else f"{value / 1000:,.0f} s"


def clock(seconds: float) -> str:
    """H:MM:SS"""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def kwh(watt_hours: float) -> str:
    return f"{watt_hours / 1000:,.3f} kWh"


def states(found: dict[str, int]) -> list[tuple[str, int]]:
    """Those that there are, in order; what OCPP does not know comes last."""
    known = {name: place for place, name in enumerate(STATES)}
    return sorted(found.items(), key=lambda each: (known.get(each[0], len(known)), each[0]))
