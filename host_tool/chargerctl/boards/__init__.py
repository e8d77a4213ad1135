# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Boards: what is known of each (catalogue) and which are plugged in (find)."""
