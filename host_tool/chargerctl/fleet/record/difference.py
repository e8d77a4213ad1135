# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How the answer to a call differs from the one in a record, apart from what must differ."""

from __future__ import annotations

from typing import Any

RESULT = 3
# Times, and the numbers that a central system gives.
_ITS_OWN = frozenset({"currentTime", "transactionId", "expiryDate"})
_SHOWN = 60


def difference(recorded: list[Any], answered: list[Any]) -> str:
    """Both CALLRESULTs or CALLERRORs. "" where there is none."""
    if recorded[0] != answered[0]:
        return f"{_kind(recorded)} became {_kind(answered)}"
    if recorded[0] != RESULT:
        return "" if recorded[2] == answered[2] else f"{_kind(recorded)} became {_kind(answered)}"
    return _of_values(recorded[2], answered[2], "")


def _kind(message: list[Any]) -> str:
    return "CALLRESULT" if message[0] == RESULT else f"CALLERROR {str(message[2])[:_SHOWN]}"


def _of_values(recorded: Any, answered: Any, place: str) -> str:
    if isinstance(recorded, dict) and isinstance(answered, dict):
        for name in sorted({*recorded, *answered} - _ITS_OWN, key=str):
            found = _of_values(recorded.get(name), answered.get(name), f"{place}.{name}".lstrip("."))
            if found:
                return found
        return ""
    if recorded == answered:
        return ""
    return f"{place} {str(recorded)[:_SHOWN]} became {str(answered)[:_SHOWN]}"
