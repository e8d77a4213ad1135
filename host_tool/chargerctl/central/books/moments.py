# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger's timestamps. Its clock may be unset, or wrong: what it wrote is always kept beside what is computed."""

from __future__ import annotations

from chargerctl.central.messages.schemas import parse_time

# No charger of OCPP 1.6 is older: what it says of earlier times, its clock was not set.
_EARLIEST = 1_262_304_000.0  # 2010-01-01T00:00:00Z
# More than clocks that are set differ.
_AHEAD_S = 3600.0


def unix(time: str) -> float:
    """Unix time of a timestamp that its schema allows."""
    return parse_time(time).timestamp()


def likely(time: str, received: float) -> float:
    """When it happened: as the charger says, which may be long before it was received; or when it was received, where the
    charger's clock cannot be right."""
    return plausible(unix(time), received)


def plausible(said: float, received: float) -> float:
    """The same, where the charger's time has been read."""
    return said if _EARLIEST <= said <= received + _AHEAD_S else received
