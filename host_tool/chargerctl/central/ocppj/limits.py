# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How much a client of the WebSocket server may use before it is known, and after."""

from __future__ import annotations

from dataclasses import dataclass

from chargerctl.listening.door import Door
from chargerctl.ocppj import MAX_FRAME_BYTES


@dataclass(frozen=True)
class Limits:
    """Times in seconds, sizes in bytes."""

    frame_bytes: int = MAX_FRAME_BYTES
    fragments: int = 256
    """Of one message: empty ones add nothing to its size."""
    unsent_bytes: int = 512 * 1024
    """What waits for a charger that does not read, pongs included."""

    handshake_s: float = 10
    """For the whole handshake, with TLS and the check of the password."""
    handshake_bytes: int = 16 * 1024
    handshakes: int = 500
    """At the same time."""
    handshakes_of_address: int = 100
    """Of one address, behind which may be a car park full of chargers that come back after a power cut."""

    close_s: float = 5
    """For the charger's part of the closing handshake."""

    checks: int = 200
    """Passwords that wait to be checked."""
    free_failures: int = 5
    """Of an address, before its checks are delayed."""
    forgiven_s: float = 10
    """After so long, one failure of an address is forgotten."""
    longest_pause_s: float = 5
    """Between two checks of an address that keeps failing."""
    longest_wait_s: float = 8
    """Whoever would wait longer for its check is refused at once."""
    remembered: int = 20_000
    """Chargers whose last right password is remembered, and addresses that failed."""

    def door(self) -> Door:
        """Counts the handshakes, of TLS and of what follows."""
        return Door(self.handshakes, self.handshakes_of_address, "handshakes")
