# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Floats as a board keeps them: 30 bits of a word; the other two are the kind of object."""

from __future__ import annotations

import math
import struct


def board_float(value: float) -> float:
    """`value` with about 7 digits left: single precision whose two lowest bits repeat the two above them."""
    try:
        (bits,) = struct.unpack("<I", struct.pack("<f", value))
    except OverflowError:
        return math.copysign(math.inf, value)
    if math.isfinite(value):
        bits = bits & ~3 | bits >> 2 & 3
    (kept,) = struct.unpack("<f", struct.pack("<I", bits))
    return float(kept)
