# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Finds out what is wrong with a charger: its settings, its drive, its console, broker, time and central system."""
