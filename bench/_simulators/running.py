# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Runs a simulator's processes, on one core if that is asked, and says what they cost."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench._simulators.table import Command

_END_S = 10


class Running:
    """log: what they print ends there. core: of the machine, for all of them."""

    def __init__(self, commands: Sequence[Command], log: Path, core: int | None = None) -> None:
        pin = ["taskset", "-c", str(core)] if core is not None and shutil.which("taskset") else []
        self._home = tempfile.TemporaryDirectory()
        self._log = log.open("ab")
        self._measured: list[int] = []
        self._all: list[subprocess.Popen[bytes]] = []
        for command in commands:
            process = self._start(command, [] if command.helps else pin)
            self._all.append(process)
            if not command.helps:
                self._measured.append(process.pid)

    def _start(self, command: Command, pin: list[str]) -> subprocess.Popen[bytes]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CHARGER")}
        with contextlib.ExitStack() as stack:
            stdin = stack.enter_context(command.stdin.open("rb")) if command.stdin else subprocess.DEVNULL
            return subprocess.Popen(
                [*pin, *command.line],
                stdin=stdin,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                cwd=self._home.name,
                env={**kept, "HOME": self._home.name, "XDG_CONFIG_HOME": self._home.name}
                | dict(command.environment),
                start_new_session=True,
            )

    @property
    def ended(self) -> list[int]:
        """The exit statuses of those that have ended."""
        return [code for process in self._all if (code := process.poll()) is not None]

    def cpu_s(self) -> float:
        """In user and system mode, with their children, to the nanosecond."""
        return sum(_scheduled_ns(pid) for pid in self._family()) / 1e9

    def memory(self) -> int:
        """Bytes; memory that several share counts in parts (PSS)."""
        return sum(_memory(pid) for pid in self._family())

    def _family(self) -> list[int]:
        found: list[int] = []
        new = list(self._measured)
        while new:
            found += new
            new = [child for pid in new for child in _children(pid)]
        return found

    def close(self) -> None:
        for process in self._all:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 15)
        for process in self._all:
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()
        self._log.close()
        self._home.cleanup()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, file.read_text().split())
    return found


def _memory(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _scheduled_ns(pid: int) -> int:
    """What all threads of a process have run, by the scheduler's count."""
    total = 0
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):
            total += int(file.read_text().split()[0])
    return total
