# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The virtual board: a drive's own boot.py and code.py on modelled hardware, stepped by one clock."""
