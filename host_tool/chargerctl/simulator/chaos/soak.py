# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Many episodes, in several processes: each board that lost its power leaves a thread that never runs again."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from chargerctl.deploy import write_drive
from chargerctl.simulator.chaos import episode as episodes
from chargerctl.simulator.chaos.carry_out import Verdict, carry_out
from chargerctl.simulator.machine.costs import Costs

_EPISODES_A_PROCESS = 25


@dataclass(frozen=True)
class Replacement:
    """A change of the firmware on the drive: `old` occurs exactly once in `file` (its path on the drive)."""

    file: str
    old: str
    new: str

    def apply(self, drive: Path) -> None:
        path = drive / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file}: expected once, found {text.count(self.old)} times: {self.old!r}")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


class Drives:
    """A drive for each board, in `folder`, made when first asked for."""

    def __init__(self, folder: Path, replacements: Sequence[Replacement] = ()) -> None:
        self._folder = folder
        self._replacements = replacements

    def of(self, board_id: str) -> Path:
        drive = self._folder / board_id
        if not drive.exists():
            write_drive(drive, {}, board_id)
            for replacement in self._replacements:
                replacement.apply(drive)
        return drive


def run_one(seed: int, drives: Drives, costs: Costs | None = None) -> Verdict:
    """Draw and carry out the episode of `seed`."""
    began_s = time.process_time()
    episode = episodes.draw(seed)
    verdict = carry_out(episode, drives.of(episode.board_id), costs)
    verdict.cpu_s = time.process_time() - began_s
    return verdict


def soak(
    seeds: range,
    workers: int | None = None,
    costs: Costs | None = None,
    replacements: Sequence[Replacement] = (),
    to_first: bool = False,
) -> Iterator[Verdict]:
    """The verdicts in the order of the seeds. `workers`: processes, by default one a core. `to_first`: none after the
    first with a violation."""
    count = workers or os.cpu_count() or 1
    # This process deletes the drives: one that runs episodes may be ended before it can.
    with tempfile.TemporaryDirectory(prefix="chargerctl-chaos-") as folder:
        run = partial(_run_in, folder=folder, costs=costs, replacements=tuple(replacements))
        if len(seeds) == 1:
            yield run(seeds[0])
            return
        with _no_interrupts():
            pool = multiprocessing.get_context("spawn").Pool(
                min(count, len(seeds)), maxtasksperchild=_EPISODES_A_PROCESS
            )
        try:
            for verdict in pool.imap(run, seeds):
                yield verdict
                if to_first and verdict.violations:
                    return
        finally:
            pool.terminate()
            pool.join()


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Threads and processes that are started in it, and by them, never get Ctrl-C: this process ends them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run_in(seed: int, folder: str, costs: Costs | None, replacements: tuple[Replacement, ...]) -> Verdict:
    return run_one(seed, _own_drives(folder, replacements), costs)


@cache
def _own_drives(folder: str, replacements: tuple[Replacement, ...]) -> Drives:
    """Those of this process, in `folder`; deleted when it ends."""
    own = tempfile.mkdtemp(dir=folder)
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return Drives(Path(own), replacements)
