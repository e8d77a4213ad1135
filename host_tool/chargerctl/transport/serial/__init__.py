# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A board's files over its serial console: the raw REPL, with a small helper on the board. docs/deploying.md says why so."""
