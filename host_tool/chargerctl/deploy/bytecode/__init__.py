# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which files go to a board compiled, with which names, and what the laptop remembers of how they were made."""
