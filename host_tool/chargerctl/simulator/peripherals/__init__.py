# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The parts around the board, each modelled at its wires: bytes, levels and pulses in, what one sees out.

Nothing here knows what the firmware believes. Time comes from the board's clock; none is spent here.
"""

from __future__ import annotations

import errno


def no_acknowledge() -> OSError:
    """What an I2C chip without power raises; two arguments, so that errno is set as on the board."""
    return OSError(errno.ENODEV, "No such device")
