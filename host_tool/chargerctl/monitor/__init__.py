# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Shows what a board's console says. Everything but sources.py, log.py and run.py is plain logic, without I/O."""
