# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a charger speaks to its central system by."""

from __future__ import annotations

from typing import Protocol


class Link(Protocol):
    """As firmware/charger/net/mqtt.py; it stirs the charger when something has come."""

    @property
    def connected(self) -> bool: ...
    def step(self, now: int) -> None: ...
    def publish(self, frame: str) -> bool: ...
    def receive(self) -> str | None: ...
    def close(self) -> None: ...

    def vanish(self) -> None:
        """The charger's end is gone without a word to the other: neither FIN nor RST."""
