# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The parts around the board, each modelled at its wires: bytes, levels and pulses in, what one sees out.

Nothing here knows what the firmware believes. Time comes from the board's clock; none is spent here.
"""
