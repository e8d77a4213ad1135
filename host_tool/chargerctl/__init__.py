# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl: configure, deploy, simulate and watch a CircuitPython EV charger."""

__version__ = "0.1.0"
