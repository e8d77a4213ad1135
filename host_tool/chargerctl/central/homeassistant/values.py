# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What Home Assistant shows of a charger at one moment, from the books. Pure.

Its energy is the sum of its sessions, and not its meter: one that is replaced or begins again at zero between two sessions
does not change it, and neither does a charger that forgets. What flows outside of sessions is not in it. It falls where the
books learn that it was less: where a session ends with less than its last meter value, or its meter begins again meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from chargerctl.central.books.queries.metered import Metered
from chargerctl.central.homeassistant.device import shown
from chargerctl.central.live.state import UNKNOWN, Connector, State

_PLUGGED = ("Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing")
_UNPLUGGED = ("Available", "Reserved")
# A state of Home Assistant has 255 characters at most (const.py, MAX_LENGTH_STATE_STATE).
_LONGEST = 200


def values(state: State, metered: Metered, command: str) -> dict[str, Any]:
    """By the keys of device.py; None: unknown. Power in W, energy in kWh. command: what became of the last one."""
    status = None if state.status == UNKNOWN else state.status
    began = metered.session_began
    return {
        "status": status,
        "power": _power(state),
        "energy": _kilowatt_hours(metered.total_wh),
        "session_energy": _kilowatt_hours(metered.session_wh),
        "session_began": None if began is None else datetime.fromtimestamp(round(began), UTC).isoformat(),
        "cable": _plugged(state, status),
        "online": _switch(state.online),
        "charging": _switch(bool(state.sessions)),
        "in_service": None if status is None else _switch(status != "Unavailable"),
        "error": _error(state.connectors),
        "command": shown(command, _LONGEST) or None,
    }


def _plugged(state: State, status: str | None) -> str | None:
    if state.sessions or status in _PLUGGED:
        return "ON"
    return "OFF" if status in _UNPLUGGED else None


def _power(state: State) -> float | None:
    power = state.power_w
    return None if power is None or not math.isfinite(power) else round(power, 1)


def _kilowatt_hours(watt_hours: float | None) -> float | None:
    return None if watt_hours is None or not math.isfinite(watt_hours) else round(watt_hours / 1000, 3)


def _switch(on: bool) -> str:
    return "ON" if on else "OFF"


def _error(connectors: Sequence[Connector]) -> str | None:
    if not connectors:
        return None
    for each in connectors:
        if each.error_code not in ("", "NoError"):
            return shown(": ".join(text for text in (each.error_code, each.info) if text), _LONGEST)
    return "NoError"
