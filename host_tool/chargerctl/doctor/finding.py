# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What one check found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

OK, WARNING, FAILED, SKIPPED = "ok", "warning", "failed", "skipped"


@dataclass(frozen=True)
class Finding:
    """result: OK, WARNING, FAILED, or SKIPPED where it could not be checked. text: what was found, with its place.
    remedy: what to do about it, "" for nothing."""

    check: str
    result: str
    text: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        return {"check": self.check, "result": self.result, "text": self.text, "remedy": self.remedy}


def any_failed(findings: Iterable[Finding]) -> bool:
    return any(finding.result == FAILED for finding in findings)
