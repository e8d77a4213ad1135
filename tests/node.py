# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Programs for node in tests, and the npm packages that they need."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest


def missing() -> str | None:
    """What this machine lacks, or None."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return program
    return None


def require(what: str, where: str) -> None:
    """Skip a test on a machine without node; CI must have it. what: what is then left out, and where it runs."""
    lacking = missing()
    if lacking and os.environ.get("CI") == "true":
        pytest.fail(f"{lacking} is needed: {what} runs {where}")
    if lacking:
        pytest.skip(f"{lacking} is not installed: {what}, {where}, is left out")


def install(folder: Path) -> None:
    """Fetch the npm packages of the package.json in `folder`, once; several test processes may ask at the same time."""
    packages = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    locked = (folder / "package-lock.json").exists()
    with (folder / ".install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all((folder / "node_modules" / package).is_dir() for package in packages):
            command = ["npm", "ci"] if locked else ["npm", "install", "--no-package-lock"]
            quiet = ["--silent", "--no-audit", "--no-fund"]
            subprocess.run([*command, *quiet], cwd=folder, check=True, stdin=subprocess.DEVNULL)
