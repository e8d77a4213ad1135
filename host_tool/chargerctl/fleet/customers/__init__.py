# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who comes to the chargers of a fleet, drawn from its seed."""
