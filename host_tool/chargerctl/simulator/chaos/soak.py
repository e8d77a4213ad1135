# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Many episodes, in several processes: each board that lost its power leaves a thread that never runs again."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
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
    episode = episodes.draw(seed)
    return carry_out(episode, drives.of(episode.board_id), costs)


def soak(
    seeds: range,
    workers: int | None = None,
    costs: Costs | None = None,
    replacements: Sequence[Replacement] = (),
    to_first: bool = False,
) -> Iterator[Verdict]:
    """The verdicts in the order of the seeds. `workers`: processes, by default one a core. `to_first`: the
    caller stops at the first with a violation, so the episodes after it are left out."""
    count = workers or os.cpu_count() or 1
    chunks = [seeds[at : at + _EPISODES_A_PROCESS] for at in range(0, len(seeds), _EPISODES_A_PROCESS)]
    run = partial(_run_chunk, costs=costs, replacements=tuple(replacements), to_first=to_first)
    if len(seeds) == 1:
        yield from run(seeds)
        return
    with multiprocessing.get_context("spawn").Pool(min(count, len(chunks)), maxtasksperchild=1) as pool:
        for verdicts in pool.imap(run, chunks):
            yield from verdicts


def _run_chunk(
    seeds: range, costs: Costs | None, replacements: tuple[Replacement, ...], to_first: bool
) -> list[Verdict]:
    verdicts = []
    with tempfile.TemporaryDirectory(prefix="chargerctl-chaos-") as folder:
        drives = Drives(Path(folder), replacements)
        for seed in seeds:
            verdicts.append(run_one(seed, drives, costs))
            if to_first and verdicts[-1].violations:
                break
    return verdicts
