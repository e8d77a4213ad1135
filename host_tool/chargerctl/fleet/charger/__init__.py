# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger of a fleet: the firmware's Core, and the parts that a board would have."""
