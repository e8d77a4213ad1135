# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a deploy does to one file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """kind: add, change, remove or keep. before, after: sizes in bytes, None where the file does not exist."""

    kind: str
    path: str
    before: int | None
    after: int | None
    note: str = ""

    def as_json(self) -> dict[str, object]:
        return {key: value for key, value in vars(self).items() if value not in (None, "")}


def size_text(size: int) -> str:
    """A size in bytes, as text with a unit."""
    if size < 100:  # less than 0.1 KB
        return f"{size} bytes" if size != 1 else "1 byte"
    amount = size / 1024
    for unit in ("KB", "MB"):
        if amount < 1000:
            return f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"
