# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger's network, whatever it is made of: how the charger connects, and what can happen to it.

The names are those of the virtual board's network, so that a line of the script language acts on either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from chargerctl.fleet.charger.charger import Charger, Link


class TimeServer(Protocol):
    def behave(self, how: str, offset_s: float = 0.0) -> None:
        """One of simulator.network.ntp.BEHAVIOURS; offset_s is for "wrong"."""


class Wire(Protocol):
    """What can happen to one charger's network. Each may be called at any time, whether the charger has power or not."""

    @property
    def ntp(self) -> TimeServer: ...

    def wifi(self, up: bool) -> None:
        """Its access point goes (the connection falls silent) or comes back."""

    def silent(self, on: bool) -> None:
        """Nothing passes, and neither end notices; what TCP was given meanwhile arrives once it passes again."""

    def broker(self, up: bool) -> None:
        """Its connection is reset and new ones are refused, or they are taken again."""


class ChargerNetwork(Wire, Protocol):
    def make_link(self, charger: Charger, values: Mapping[str, Any], board: Any) -> Link:
        """What a charger starts with (charger.MakeLink). It sets board.wifi, and board.ntp where a time server is asked."""
