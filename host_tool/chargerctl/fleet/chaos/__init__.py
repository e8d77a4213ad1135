# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Faults at random for the chargers of a fleet, and what can be judged of them from outside."""
