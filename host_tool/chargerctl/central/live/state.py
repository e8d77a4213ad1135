# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is shown of a charger at one moment. Values only: equal ones look the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Connector:
    """As its last StatusNotification said (OCPP 1.6, 4.9). id 0: the charger itself."""

    id: int
    status: str
    error_code: str
    info: str
    received_at: float


@dataclass(frozen=True)
class Session:
    """A transaction that runs. energy_wh, power_w: by its last meter values, None without one; limits of neither."""

    id: int
    connector_id: int | None
    id_tag: str
    card_name: str
    started_at: float
    energy_wh: float | None
    power_w: float | None


@dataclass(frozen=True)
class State:
    """One charger. transport: "mqtt", "websocket", or "" while it is not connected. All times are Unix times."""

    serial: str
    name: str
    known: bool
    allowed: bool
    transport: str
    last_seen: float | None
    registration: str
    vendor: str
    model: str
    firmware: str
    connectors: tuple[Connector, ...]
    sessions: tuple[Session, ...]

    @property
    def online(self) -> bool:
        return self.transport != ""
