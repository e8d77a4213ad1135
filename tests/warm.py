# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Scripts in virtual time, as `chargerctl simulate --json --script` runs them, but forked from a process that has imported
everything: two starts from nothing take longer than most scripts.

And the pauses before a charger connects again are not drawn, so that a script takes as long each time: all are in the middle
of what they may be, as those of tests/fleet.py.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

from chargerctl.cli.drive_to_boot import new_drive
from chargerctl.errors import ChargerctlError
from chargerctl.simulator import session
from chargerctl.simulator.job import Job
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.machine.events import Event
from chargerctl.simulator.python.modules import random as board_random
from chargerctl.simulator.script import scripts

_ROOT = Path(__file__).resolve().parents[1]


class Warm:
    """The process, until it is closed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from tests.warm import serve; serve()"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        self._process.communicate()

    def play(
        self, script: Path, folder: Path, environment: dict[str, str], most_s: int
    ) -> tuple[int, str, str]:
        """(exit status, its events as JSON lines, what went wrong) of a script that runs in `folder`, where both texts are
        left; after most_s seconds it is ended by a signal, whose number is the negative status."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        out, err = folder / "stdout.txt", folder / "stderr.txt"
        work = [str(script), str(folder), environment, str(out), str(err), most_s]
        self._process.stdin.write(json.dumps(work) + "\n")
        self._process.stdin.flush()
        status = self._process.stdout.readline()
        if not status:
            raise RuntimeError(f"the process that plays scripts has ended while it played {script}")
        return int(status), out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")


_make = board_random.make


def _make_random(board: VirtualBoard) -> ModuleType:
    """The board's module random; of it the firmware draws pauses only."""
    module = _make(board)
    vars(module)["randrange"] = lambda stop: stop // 2
    return module


def serve() -> None:
    """Play what comes on stdin, one after the other; each exit status goes to stdout."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            # Threads of boards without power are still there, and must not be waited for.
            os._exit(_play(*json.loads(line)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _play(script: str, folder: str, environment: dict[str, str], out: str, err: str, most_s: int) -> int:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    signal.alarm(most_s)
    for path, stream in ((os.devnull, 0), (err, 1), (err, 2)):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND), stream)
    with Path(out).open("w", encoding="utf-8") as events:

        def write(event: Event) -> None:
            events.write(json.dumps(event) + "\n")

        try:
            return _simulate(script, write)
        except ChargerctlError as error:
            write(error.as_json())
            return error.exit_status
        except BaseException:  # noqa: BLE001 - of a process that is about to end
            os.write(2, traceback.format_exc().encode())
            return 1


def _simulate(script: str, write: Callable[[Event], None]) -> int:
    found, its_settings = scripts.find(script)
    with (
        patch.object(board_random, "make", _make_random),
        new_drive(None, its_settings, (), lambda *_: None) as drive,
    ):
        return session.run(Job(drive, realtime=False, script=found), write)
