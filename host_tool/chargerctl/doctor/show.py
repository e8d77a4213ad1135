# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Findings as lines for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chargerctl.doctor.finding import FAILED, OK, SKIPPED, WARNING, Finding

STYLES = {OK: "green", WARNING: "yellow", FAILED: "bold red", SKIPPED: "dim"}
_WORDS = {OK: "ok", WARNING: "warning", FAILED: "FAILED", SKIPPED: "not seen"}
_NAME = 16  # letters of a check's name


def finding_lines(finding: Finding) -> Iterator[tuple[str, str]]:
    """(text, style): what was found, and below it what to do."""
    yield f"{_WORDS[finding.result]:<9}", STYLES[finding.result]
    yield f"{finding.check:<{_NAME}}{finding.text}\n", ""
    if finding.remedy:
        yield f"{'':{9 + _NAME}}-> {finding.remedy}\n", ""


def plain(finding: Finding) -> list[str]:
    return "".join(text for text, _ in finding_lines(finding)).splitlines()


def summary(findings: Sequence[Finding]) -> str:
    counts = {result: sum(each.result == result for each in findings) for result in STYLES}
    words = {OK: "ok", WARNING: "warnings", FAILED: "failed", SKIPPED: "not seen"}
    if counts[WARNING] == 1:
        words[WARNING] = "warning"
    listed = ", ".join(f"{count} {words[result]}" for result, count in counts.items() if count)
    return f"{len(findings)} checks: {listed}"
