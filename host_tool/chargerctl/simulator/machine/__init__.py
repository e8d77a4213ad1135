# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board itself: chip, clock, pins, buses, drive, console, power and resets."""
