# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A deploy of the whole image over an older one, stopped or failing at every operation of the file system.

After each, the board runs the old firmware, runs the new one, or holds its outputs safe and finishes the deploy at the
next hard reset; and the next deploy repairs it.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

import pytest
from chargerctl.deploy import plan as planning
from chargerctl.deploy.drive import Drive
from chargerctl.deploy.image import Image
from chargerctl.deploy.records import COMMIT, Step
from chargerctl.deploy.steps import Work, steps_of
from chargerctl.errors import ChargerctlError

from tests.host.deploy.virtual import Bench, deploy, live
from tests.host.transport.faulty import CutError, FaultyVolume, Tree

STARTED, HOLDING = "boot   firmware", "hold   an unfinished deploy"
# `make test` stops at every twentieth operation, from the commit on also at each not about a module in charger/ or lib/:
# what the board starts first is a matter of single steps. `make soak` stops at each operation.
SHARES = pytest.mark.parametrize("every", [20, pytest.param(1, marks=pytest.mark.soak)])
Key = frozenset[tuple[str, bytes | None]]


@dataclass(frozen=True)
class Case:
    """What one interruption left on the drive, and where it happened."""

    where: str
    tree: Tree


def numbers(done: list[str], every: int | None) -> Iterator[int]:
    """Of these operations one of `every`, before the commit none with None; from the commit on each about a file that is in
    neither charger/ nor lib/, too."""
    commit = next(number for number, what in enumerate(done, 1) if what.endswith(f" {COMMIT}"))
    before = range(1, commit, every) if every else ()
    after = range(commit, len(done) + 1)
    chosen = (
        number
        for number in after
        if not every or number % every == 0 or not re.search("(charger|lib)/", done[number - 1])
    )
    return chain(before, chosen)


def cuts(old: Tree, image: Image, every: int | None = None) -> Iterator[Case]:
    """At these operations, before and torn in each; what was not synced kept, and lost."""
    for number in numbers(operations(old, image), every):
        for torn in (False, True):
            volume = FaultyVolume(old)
            volume.cut_at, volume.torn = number, torn
            try:
                deploy(volume, image)
            except CutError:
                pass
            else:
                continue  # nothing to tear in this operation
            where = f"{'in' if torn else 'before'} {volume.operations[-1]}"
            for keep in (True, False):
                yield Case(f"{where}, unsynced {'kept' if keep else 'lost'}", volume.tree(keep))


def failures(old: Tree, image: Image, error: int, every: int) -> Iterator[Case]:
    """At these operations, each failing with this errno, all that was written kept."""
    for number in numbers(operations(old, image), every):
        volume = FaultyVolume(old)
        volume.fails_at, volume.fails_with = number, error
        where, said = f"{errno.errorcode[error]} at operation {number}", None
        try:
            deploy(volume, image)
        except ChargerctlError as caught:
            said = caught
        where += f" ({volume.operations[number - 1]})"
        if said is None:
            assert same(live(volume.tree(False)), live(volume.tree())), f"{where}: not said"
            assert not volume.operations[number:] or volume.operations[number - 1] == "rmdir .deploy"
        elif not said.details["committed"]:
            assert same(live(volume.tree()), live(old)), f"{where}: said to be as it was"
        yield Case(where, volume.tree())


def same(tree: Tree, other: Tree) -> bool:
    """Compared out of pytest's sight: where CI is set it would write a whole difference of two whole drives."""
    return tree == other


def operations(old: Tree, image: Image) -> list[str]:
    volume = FaultyVolume(old)
    deploy(volume, image)
    assert same(volume.tree(keep_unsynced=False), volume.tree()), "done, but not all of it is on the medium"
    return volume.operations


class Judge:
    """Boots each distinct tree and fails where the board then does anything but old, new or safe."""

    def __init__(
        self, bench: Bench, old: Tree, new: Tree, image: Image, seen: set[tuple[str, Key]] | None = None
    ) -> None:
        self.bench = bench
        self.old, self.new, self.image = old, new, image
        self.points = 0
        self.outcomes: dict[str, int] = {}
        self._seen = set() if seen is None else seen

    def judge(self, case: Case) -> None:
        for mode, start in (("reload", self.bench.reload), ("power cycle", self.bench.power_cycle)):
            self.points += 1
            seen = (mode, frozenset(live(case.tree).items()))
            if seen not in self._seen:
                self._seen.add(seen)
                outcome = self._boot(case, mode, start)
                self.outcomes[f"{mode}: {outcome}"] = self.outcomes.get(f"{mode}: {outcome}", 0) + 1
        volume = FaultyVolume(case.tree)
        deploy(volume, self.image)
        assert live(volume.tree()) == live(self.new), f"{case.where}: the next deploy does not repair it"

    def _boot(self, case: Case, mode: str, start: Callable[[Tree], None]) -> str:
        bench = self.bench
        if not bench.board.powered:
            bench.power_cycle(self.old)
            bench.run_until(STARTED, 15)
        start(case.tree)  # reload: over whatever the board is running; boot.py is not run again
        where = f"{case.where}, {mode}"
        text = bench.run_until(STARTED, 20, HOLDING)
        outcome = "holds" if HOLDING in text else "runs"
        if outcome == "holds":
            assert bench.holds(), f"{where}: relay and lock are not driven\n{text}"
            text = bench.run_until("boot: finished a deploy", 60)
            assert "boot: finished a deploy" in text, f"{where}: it does not mend itself\n{text}"
        text = bench.run_until(STARTED, 30)
        assert "Traceback" not in text, f"{where}: the program failed\n{text}"
        assert bench.board.ended is None, f"{where}: the program ended\n{text}"
        assert STARTED in text, f"{where}: no charger started\n{text}"
        assert not bench.ever_high, f"{where}: {bench.ever_high} went high"
        left = live(bench.tree())
        assert left in (live(self.old), live(self.new)), f"{where}: neither old nor new\n{text}"
        return f"{outcome}, then {'old' if left == live(self.old) else 'new'}"


def judge_all(judge: Judge, cases: Iterator[Case]) -> None:
    for case in cases:
        judge.judge(case)


@pytest.fixture(scope="module")
def booted() -> set[tuple[str, Key]]:
    """Trees that were found good: an error leaves much the same as a cut."""
    return set()


@pytest.fixture
def judge(
    bench: Bench, old_tree: Tree, new_tree: Tree, new_image: Image, booted: set[tuple[str, Key]]
) -> Judge:
    return Judge(bench, old_tree, new_tree, new_image, booted)


@SHARES
def test_a_deploy_cut_anywhere_leaves_a_board_that_is_old_new_or_safe(
    judge: Judge, old_tree: Tree, new_image: Image, every: int, capsys: pytest.CaptureFixture[str]
) -> None:
    judge_all(judge, cuts(old_tree, new_image, every))
    count = len(operations(old_tree, new_image))
    with capsys.disabled():
        print(
            f"\n{count} operations, {judge.points} points (operation x kept/lost x reload/power cycle): ",
            end="",
        )
        print(", ".join(f"{number} {outcome}" for outcome, number in sorted(judge.outcomes.items())))
    assert judge.points >= 1500 / every
    assert set(judge.outcomes) == {
        *("reload: runs, then old", "reload: holds, then new", "reload: runs, then new"),
        *("power cycle: runs, then old", "power cycle: runs, then new"),
    }


@SHARES
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO], ids=["ENOSPC", "EIO"])
def test_a_deploy_that_fails_anywhere_leaves_a_board_that_is_old_new_or_safe(
    judge: Judge, old_tree: Tree, new_image: Image, error: int, every: int, capsys: pytest.CaptureFixture[str]
) -> None:
    judge_all(judge, failures(old_tree, new_image, error, every))
    with capsys.disabled():
        print(f"\n{errno.errorcode[error]}: {judge.points} points")
    assert judge.points >= 600 / every


def commit_before_it_is_staged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit is synced, what it promises is not."""
    monkeypatch.setattr(Drive, "settle", lambda drive, files: None)


def let_go_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hold ends before the files are in their places, and the commit with it."""

    def wrong(work: Work) -> list[Step]:
        steps = steps_of(work)
        end = next(step for step in steps if step[0] == "put" and step[3] == "code.txt")
        steps.remove(end)
        start = next(place for place, step in enumerate(steps) if step[-1] == "code.txt")
        return [*steps[: start + 1], end, ("remove", ".deploy/commit"), *steps[start + 1 :]]

    monkeypatch.setattr(planning, "steps_of", wrong)


def replace_boot_py_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """boot.py without boot.txt: for a moment the drive has neither, and a reset finishes nothing."""

    def wrong(work: Work) -> list[Step]:
        steps = [step for step in steps_of(work) if step[-1] != "boot.txt"]
        return [
            (*step[:3], work.names["boot.py"], step[4]) if step[-1] == "boot.py" else step for step in steps
        ]

    monkeypatch.setattr(planning, "steps_of", wrong)


def sync_the_staging_folder_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moved file is gone from the staging folder on the medium before it is in its new folder."""

    def wrong(drive: Drive, but: str | None = None) -> None:
        folders = drive.unsynced & ({""} | drive.folders)
        drive.volume.sync(sorted(folders, key=lambda folder: folder != ".deploy"))
        drive.unsynced.clear()

    monkeypatch.setattr(Drive, "sync", wrong)


def never_sync_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are left to the system to write back."""
    monkeypatch.setattr(Drive, "sync", lambda drive, but=None: None)


BUGS = [
    commit_before_it_is_staged,
    let_go_too_early,
    replace_boot_py_last,
    sync_the_staging_folder_first,
    never_sync_folders,
]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_step_out_of_order_is_found(
    bench: Bench,
    old_tree: Tree,
    new_tree: Tree,
    new_image: Image,
    bug: Callable[[pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bug(monkeypatch)
    judge = Judge(bench, old_tree, new_tree, new_image)
    with pytest.raises(AssertionError):
        judge_all(judge, cuts(old_tree, new_image))
