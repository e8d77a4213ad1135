# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The script language: parsed as a whole, then carried out by the board's clock."""
