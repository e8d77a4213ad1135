# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Chargers as the books have them."""

from __future__ import annotations

from dataclasses import replace

from chargerctl.central.live.state import Connector, Session, State

NOW = 1_795_332_600.0  # 2026-11-22T07:30:00Z

CONNECTOR = Connector(1, "Available", "NoError", "", "", NOW, None)
SESSION = Session(7, 1, "04A1B2C3", "Ada", NOW, 1500.0, 7360.04)
IDLE = State(
    serial="GA.001",
    name="Garage",
    known=True,
    allowed=True,
    transport="mqtt",
    last_seen=NOW,
    registration="Accepted",
    vendor="GA Make",
    model="ESP32-C6",
    firmware="1.4.0",
    connectors=(CONNECTOR,),
    sessions=(),
)


def with_status(*statuses, **more):
    """With connectors 1, 2, … of these statuses."""
    found = tuple(replace(CONNECTOR, id=number, status=each) for number, each in enumerate(statuses, 1))
    return replace(IDLE, connectors=found, **more)


CHARGING = with_status("Charging", sessions=(SESSION,))
