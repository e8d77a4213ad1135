# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The conversation of a central system with one charge point: what it answers, asks and remembers."""
