# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What commands and pages read from the books: each function takes a connection of `reading()`, and returns rows of values,
times as Unix time. What may be long comes in pages, or as an iterator that holds a few rows at a time."""
