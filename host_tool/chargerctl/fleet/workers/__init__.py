# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A fleet in several processes: each has its share of the chargers, and all are measured together."""
