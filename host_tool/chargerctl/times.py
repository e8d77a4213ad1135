# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Times for programs: in JSON and CSV."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(unix: float | None) -> str | None:
    """ISO 8601 in UTC, in whole seconds."""
    if unix is None:
        return None
    return datetime.fromtimestamp(int(unix), UTC).isoformat().replace("+00:00", "Z")
