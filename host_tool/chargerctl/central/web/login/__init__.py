# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who may come in: the gate before every route, the page to log in, and what slows guessing down."""
