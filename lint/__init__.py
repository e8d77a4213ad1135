# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Checks that the firmware stays within what CircuitPython 9.2 and newer can run: `python -m lint firmware`."""
