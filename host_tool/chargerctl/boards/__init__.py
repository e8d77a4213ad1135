# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Boards: what is known of each (catalogue), which are plugged in (find), and where the files of one are (address)."""
