# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the overview calls the words for a charger's state, and their colours."""

from __future__ import annotations

from chargerctl.central.live.state import ASKS, OFFLINE, REFUSED, UNKNOWN, State

# In the order in which they are counted: what wants a person first.
NAMES = {
    "Faulted": ("Fault", "bad"),
    ASKS: ("Asks to join", "wait"),
    "Charging": ("Charging", "busy"),
    "SuspendedEV": ("Paused by the car", "wait"),
    "SuspendedEVSE": ("Paused", "wait"),
    "Finishing": ("Finished", "wait"),
    "Preparing": ("Preparing", "wait"),
    "Reserved": ("Reserved", "wait"),
    "Available": ("Available", "good"),
    "Unavailable": ("Out of service", "faint"),
    UNKNOWN: ("No status yet", "faint"),
    OFFLINE: ("Offline", "faint"),
    REFUSED: ("Refused", "faint"),
}


def named(status: str) -> tuple[str, str]:
    """The name and the kind of chip of State.word, or of the status of a connector."""
    return NAMES.get(status, NAMES[UNKNOWN])


def status_named(status: str) -> tuple[str, str]:
    """Of a connector: its own word, where that is none of OCPP's."""
    return NAMES.get(status, (status, "faint"))


def let_in(state: State) -> str:
    """What the button says that enters a charger in the books, or takes its refusal back."""
    if not state.allowed:
        return "Let it in again"
    return "Let it in" if state.asks else "Let it in for good"


def kilowatts(watts: float) -> str:
    """Without the unit."""
    return f"{watts / 1000:.1f}"


def kilowatt_hours(watt_hours: float) -> str:
    """Without the unit."""
    return f"{watt_hours / 1000:.2f}" if abs(watt_hours) < 1e6 else f"{watt_hours / 1000:.0f}"
