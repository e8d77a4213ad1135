# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the page shows of a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from chargerctl.central.books.queries.so_far import energy_so_far
from chargerctl.central.session_file import reason, runs, state

# Kinds of chip, and words.
_CHIPS = {
    "running": ("busy", "running"),
    "stopped": ("good", ""),
    "no_stop": ("wait", "no stop"),
    "refused": ("bad", "refused"),
}
# OCPP 1.6, 7.36.
_REASONS = {
    "DeAuthorized": "its card was not accepted",
    "EmergencyStop": "emergency stop",
    "EVDisconnected": "the car was unplugged",
    "HardReset": "the charger was reset",
    "Local": "at the charger",
    "PowerLoss": "the power failed",
    "Reboot": "the charger restarted",
    "Remote": "by the central system",
    "SoftReset": "the charger was reset",
    "UnlockCommand": "the connector was unlocked",
}


@dataclass(frozen=True)
class Shown:
    """row: of queries/sessions.py. energy_wh: so far, while it runs; None: nobody knows."""

    row: Any
    energy_wh: float | None
    now: float

    @property
    def state(self) -> str:
        return state(self.row)

    @property
    def runs(self) -> bool:
        """Also one that was refused."""
        return runs(self.row)

    @property
    def chip(self) -> tuple[str, str]:
        """Its kind and its word: for one that has ended OCPP's reason."""
        kind, word = _CHIPS[self.state]
        return kind, word or reason(self.row) or ""

    @property
    def reason_words(self) -> str:
        """What OCPP's reason means; "" for one that says all, or is not OCPP's."""
        return _REASONS.get(reason(self.row) or "", "")

    @property
    def duration_s(self) -> int | None:
        """Until now, if it runs; None: nobody knows."""
        end = self.now if self.state == "running" else self.row.stopped_at
        return None if end is None else max(0, int(end - self.row.started_at))


def shown(connection: Connection, rows: Sequence[Any], now: float) -> list[Shown]:
    so_far = energy_so_far(connection, [row.id for row in rows if runs(row)])
    return [Shown(row, so_far.get(row.id, row.energy_wh), now) for row in rows]
