# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger's network, as scripts and chaos see it: the same words for real sockets (links/) and for virtual time.

network = ...                                        # one for each charger
charger = Charger(firmware, clock, environ, network.link, now_utc, heard)
network.wifi(False)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.charger.link import Link


class Network(Protocol):
    """Any of its faults may come and go at any moment, and outlasts the charger's resets; it stirs the charger itself. The
    words are those of simulator/network/network.py."""

    def link(self, charger: Charger, values: Mapping[str, Any], board: Any) -> Link:
        """What its charger connects by, from this start on (MakeLink)."""

    def wifi(self, up: bool) -> None:
        """False: its connections fall silent without FIN or RST, and the charger finds out by itself."""

    def broker(self, up: bool) -> None:
        """False: its connections are reset, new ones refused."""

    def silent(self, on: bool) -> None:
        """True: nothing passes, and neither end notices; what was sent meanwhile arrives once it is False again."""

    def half_open(self) -> None:
        """The present connection carries nothing any more, and neither end notices; the next one does."""

    def slow(self, bytes_per_s: int) -> None:
        """So much passes each way, in small pieces; 0: as much as there is."""

    def heal(self) -> None:
        """Everything works again."""
