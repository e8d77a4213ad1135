# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is between a charger and its broker or central system, and what can be wrong with it."""
