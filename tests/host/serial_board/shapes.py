# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What lies between the host and a board's REPL, and what time it takes.

Speeds and flash times are assumed, not measured: nobody here has a board. USB full speed could do more than 400 kB/s;
flash of this kind erases a sector of 4 KB in about 45 ms and writes it in 10 ms.
"""

from __future__ import annotations

from dataclasses import dataclass

SECTOR = 4096
SECTOR_S = 0.055


@dataclass(frozen=True)
class Shape:
    """holds: bytes that wait while nothing on the board reads. held_back: what does not fit waits at the host; else it is
    lost. port_vanishes: the port is the chip's own, so that it goes at a reset and comes back under another name.
    start_s: from a reset to the program's first words."""

    holds: int
    held_back: bool
    byte_s: float
    turn_s: float
    port_vanishes: bool
    start_s: float = 2.5


# A receive ring of 128 bytes behind a FIFO of 64.
C6 = Shape(holds=128 + 64, held_back=True, byte_s=1 / 400_000, turn_s=0.001, port_vanishes=True)
# A CH9102 or CP2102, 115,200 baud, no flow control.
BRIDGE = Shape(holds=255, held_back=False, byte_s=10 / 115_200, turn_s=0.001, port_vanishes=False)
