# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which of the living workers a charger had best be with: rendezvous hashing. When a worker comes or goes, only the chargers
that it gets, or had, have another one. Pure."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b


def preferred(serial: str, workers: Collection[str]) -> str:
    """One of the workers, the same one wherever it is asked; "" where there is none."""
    return max(workers, key=lambda worker: _weight(serial, worker), default="")


def _weight(serial: str, worker: str) -> tuple[bytes, str]:
    return blake2b(f"{worker}\0{serial}".encode(), digest_size=8).digest(), worker
