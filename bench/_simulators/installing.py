# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Installs a simulator below a folder, from npm or PyPI, without its install scripts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench._simulators.table import Simulator

_WITHIN_S = 600


class NotInstalledError(Exception):
    """Its text is the last line of what the installer said."""


def install(simulator: Simulator, below: Path) -> Path:
    """Its folder, which two simulators of the same packages share."""
    folder = below / "-".join(simulator.packages).replace("/", "-")
    if folder.exists() or not simulator.packages:
        return folder
    folder.mkdir(parents=True)
    if simulator.registry == "npm":
        (folder / "package.json").write_text("{}")
        _run(folder, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *simulator.packages)
    else:
        _run(folder, sys.executable, "-m", "venv", str(folder))
        _run(folder, str(folder / "bin/python"), "-m", "pip", "install", "-q", *simulator.packages)
    return folder


def _run(folder: Path, *line: str) -> None:
    try:
        done = subprocess.run(
            line, cwd=folder, capture_output=True, text=True, timeout=_WITHIN_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalledError(str(error)) from None
    if done.returncode:
        raise NotInstalledError((done.stderr.strip().splitlines() or ["it said nothing"])[-1])
