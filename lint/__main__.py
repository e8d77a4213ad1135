# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`python -m lint FOLDER`: check every .py below it; exit status 1 when anything was found."""

from __future__ import annotations

import sys
from pathlib import Path

from lint.rules import check


def main(folder: Path) -> int:
    findings = []
    files = sorted(folder.rglob("*.py"))
    for path in files:
        findings += check(path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8"))
    for finding in findings:
        print(f"{folder}/{finding}")
    print(f"{len(files)} files of the firmware checked, {len(findings)} findings")
    return 1 if findings or not files else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "firmware")))
