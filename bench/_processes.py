# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whole processes, as a user types them: interpreter, imports and all. What the measurements of start and deploy share."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHARGERCTL = [sys.executable, "-m", "chargerctl.cli.main"]
# The yardstick: what no program with this command line can do without.
IMPORT_CLICK = [sys.executable, "-c", "import click"]
_PATH = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def environment(home: Path) -> dict[str, str]:
    """A user's, with a home of its own, and with bytecode files: a development machine may be told not to write them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHARGER")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **kept,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "PYTHONPYCACHEPREFIX": str(home / "bytecode"),
    }


@contextmanager
def running(home: Path, module: str, *arguments: str) -> Iterator[Any]:
    """A module of bench as a process (subprocess.Popen) with pipes of text, until it is left."""
    command = [sys.executable, "-m", module, *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, env=environment(home) | _PATH, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def took(command: Sequence[str], env: Mapping[str, str]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    subprocess.run(command, env=env, check=True, capture_output=True)
    return (time.perf_counter() - start) * 1000


def medians(commands: Mapping[str, Sequence[str]], env: Mapping[str, str], rounds: int) -> dict[str, float]:
    """The median time of each, measured in turns, so that what disturbs the machine disturbs all alike. One round first, for
    the caches."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            milliseconds = took(command, env)
            if number:
                times[name].append(milliseconds)
    return {name: statistics.median(each) for name, each in times.items()}


def warn_if_busy() -> None:
    """Say so where other programs want more than the processors have: then every time is too long, and ratios to a slow disk
    or drive are too small."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > cores:
        print(f"this machine is busy, load {load:.1f} on {cores} cores: measure again when it is quiet")


def row(what: str, found: str, wanted: str = "", ok: bool = True) -> None:
    verdict = f"  (goal {wanted}: {'ok' if ok else 'NOT MET'})" if wanted else ""
    print(f"  {what:26}{found}{verdict}")
