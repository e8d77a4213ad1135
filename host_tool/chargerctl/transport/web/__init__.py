# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reaches a board by CircuitPython's web workflow: requests (client) whose answers end (bounded), the console (console),
its files as a Volume (volume), and the hold of the relay without which nothing is written (holding)."""
