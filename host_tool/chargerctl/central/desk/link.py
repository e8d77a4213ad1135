# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The way back to a charger, whatever carries its frames."""

from __future__ import annotations

from typing import Protocol

_NAMES = {"mqtt": "MQTT", "websocket": "WebSocket"}


def named(transport: str) -> str:
    """How a person writes it."""
    return _NAMES.get(transport, transport)


class Link(Protocol):
    """One connection of one charger. Two links that are equal are the same connection. Nothing here waits."""

    @property
    def transport(self) -> str:
        """mqtt or websocket."""

    def send(self, frame: str) -> None:
        """Pass a frame to the charger; from any thread. If the connection is gone, the frame is lost."""

    def close(self, reason: str) -> None:
        """End the connection, where the transport has one for each charger."""

    def available(self, online: bool | None) -> None:
        """Tell the charger whether anybody will answer, where the transport has a place for that. None: that nothing is
        said, so that it asks and sees."""
