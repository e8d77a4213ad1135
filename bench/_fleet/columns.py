# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What was found on several ways, side by side."""

from __future__ import annotations

from collections.abc import Mapping

_WIDTH = 14


def print_columns(columns: Mapping[str, Mapping[str, str]]) -> None:
    """columns: by their heads, words in a line each; of what -> found. Rows come in the order in which they came first."""
    heads = [head.split(", ") for head in columns]
    rows = list(dict.fromkeys(what for column in columns.values() for what in column))
    left = max(map(len, rows)) + 4
    for line in range(max(map(len, heads))):
        words = [f"{head[line] if line < len(head) else '':>{_WIDTH}}" for head in heads]
        print(f"  {'':{left - 2}}{''.join(words)}".rstrip())
    for what in rows:
        found = [f"{column.get(what, ''):>{_WIDTH}}" for column in columns.values()]
        print(f"  {what:{left - 2}}{''.join(found)}".rstrip(), flush=True)
