# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Many chargers in one process, each the firmware's own Core without a board."""
