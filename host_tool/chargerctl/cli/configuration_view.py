# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Configuration keys of chargers, and what became of changes, as a table and as JSON; secrets masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chargerctl.central.books.masking import is_secret
from chargerctl.central.configuring import Change, Key
from chargerctl.cli.table import Table
from chargerctl.settings.table import MASK


def lines(titles: tuple[str, ...], rows: Sequence[Sequence[str]], serials: Sequence[str]) -> list[str]:
    """Without the column of the charger, where there is only one."""
    if len(serials) > 1:
        return Table(("charger", *titles), rows).lines() if rows else []
    return Table(titles, [row[1:] for row in rows]).lines() if rows else []


def _shown(key: str, value: str) -> str:
    return MASK if is_secret(key) and value else value


def key_cells(key: Key) -> tuple[str, str, str]:
    if key.readonly is None:
        return key.name, "", "unknown key"
    return key.name, _shown(key.name, key.value or ""), "yes" if key.readonly else "no"


def change_cells(change: Change) -> tuple[str, str, str]:
    return change.key, _shown(change.key, change.value), change.answer


def key_json(key: Key) -> dict[str, Any]:
    value = None if key.value is None else _shown(key.name, key.value)
    return {"key": key.name, "value": value, "readonly": key.readonly}


def change_json(change: Change) -> dict[str, Any]:
    return {
        "key": change.key,
        "value": _shown(change.key, change.value),
        "answer": change.answer,
        "done": change.done,
    }
