# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads the states of all chargers from the books."""

from __future__ import annotations

from sqlalchemy import Connection

from chargerctl.central.live.state import State


def read_states(connection: Connection, now: float, serial: str | None = None) -> dict[str, State]:
    """By serial; all, or the one of this serial. A few statements, however many chargers there are."""
    raise NotImplementedError  # overview
