# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A deploy over the serial console, stopped at every block that goes over the line: the power fails, the cable is out, the
board resets, or Ctrl-C is pressed.

After each, the board runs the old firmware, runs the new one, or holds its outputs safe and finishes the deploy; and the
next deploy repairs it.
"""

from __future__ import annotations

from typing import Any

import pytest
from chargerctl.deploy.image import Image
from chargerctl.errors import ChargerctlError

from tests.host.deploy.test_interruptions import Case, Judge, same
from tests.host.deploy.virtual import BOARD, FACTORY, LOCK, RELAY, Bench, deploy, live, tree_after
from tests.host.serial_board.board import BRIDGE, CTRL_C, RESET, UNPLUG, SerialBoard
from tests.host.serial_board.host import at_work, deploy_to
from tests.host.transport.faulty import Tree

# What `make test` changes: what a board starts first, and a few of the rest. `make soak` changes every file.
CHANGED = ("boot.py", "code.py", "hold.py", "charger/clock.py", "charger/ticks.py", "lib/adafruit_ticks.py")


@pytest.fixture(scope="module")
def older(new_image: Image) -> Tree:
    """The drive with an older version of a few files."""
    image = {path: data + b"# older\n" if path in CHANGED else data for path, data in new_image.items()}
    image["charger/gone/since.py"] = b"pass\n"
    return tree_after(FACTORY, image)


@pytest.fixture(scope="module")
def newer(older: Tree, new_image: Image) -> Tree:
    return tree_after(older, new_image)


def of(tree: Tree, **options: Any) -> SerialBoard:
    return SerialBoard(tree, board=BOARD, **options)


def power_cuts(old: Tree, image: Image, **options: Any) -> tuple[int, list[Case]]:
    """How many blocks a deploy takes, and all that a cut before any of them may leave: each state once, since the board's
    files change with few of the blocks."""
    with of(old, **options) as board:
        deploy_to(board, image)
        return board.blocks, [Case(str(moment), moment.tree) for moment in board.disk.moments()]


def report(blocks: int, judge: Judge, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = ", ".join(f"{number} {outcome}" for outcome, number in sorted(judge.outcomes.items()))
    with capsys.disabled():
        print(
            f"\n{blocks} blocks, {judge.points} points (state of the drive x reload/power cycle): {outcomes}"
        )


SAFE = {
    *("reload: runs, then old", "reload: holds, then new", "reload: runs, then new"),
    *("power cycle: runs, then old", "power cycle: runs, then new"),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [{}, pytest.param({"has_zlib": False, "shape": BRIDGE}, marks=pytest.mark.soak)]
)
def test_the_power_fails_before_any_block(
    bench: Bench,
    older: Tree,
    newer: Tree,
    new_image: Image,
    options: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    judge = Judge(bench, older, newer, new_image)
    blocks, cases = power_cuts(older, new_image, **options)
    for case in cases:
        judge.judge(case)
    report(blocks, judge, capsys)
    assert blocks > 300
    assert judge.points > 100
    assert set(judge.outcomes) == SAFE


@pytest.mark.soak
def test_the_power_fails_before_any_block_of_a_deploy_that_changes_every_file(
    bench: Bench, old_tree: Tree, new_image: Image, new_tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    judge = Judge(bench, old_tree, new_tree, new_image)
    blocks, cases = power_cuts(old_tree, new_image)
    for case in cases:
        judge.judge(case)
    report(blocks, judge, capsys)
    assert set(judge.outcomes) == SAFE


# What follows goes on by itself, or is a state that a power cut leaves too: files that are few enough for many deploys.
FEW = (*CHANGED, "safemode.py", "charger/__init__.py")
SHARES = pytest.mark.parametrize("every", [173, pytest.param(1, marks=pytest.mark.soak)])
RESTARTED = 12  # blocks of its end


@pytest.fixture(scope="module")
def few(new_image: Image) -> Image:
    return {path: new_image[path] for path in FEW}


@pytest.fixture(scope="module")
def few_older(few: Image) -> Tree:
    return tree_after(
        FACTORY, {path: data + b"# older\n" if path in CHANGED else data for path, data in few.items()}
    )


@pytest.fixture(scope="module")
def few_newer(few_older: Tree, few: Image) -> Tree:
    return tree_after(few_older, few)


def stops(old: Tree, image: Image, every: int) -> range:
    """Blocks of a deploy before which to stop it, once the board is known: one of `every`."""
    with of(old) as board:
        with at_work(board) as (volume, restart):
            known = board.blocks
            deploy(volume, image)
            restart()
        found = range(known + every // 2 + 1, board.blocks - RESTARTED, every)
    assert len(found) >= 3
    return found


@pytest.mark.slow
@SHARES
@pytest.mark.parametrize("how", [UNPLUG, RESET])
def test_a_port_that_is_away_for_seconds_only_costs_time(
    few_older: Tree, few_newer: Tree, few: Image, how: str, every: int
) -> None:
    """And nobody has to run anything again."""
    for at in stops(few_older, few, every):
        where = f"{how} before block {at}"
        with of(few_older) as board:
            board.cut(at, how, back_after=2.0)
            deploy_to(board, few)
            assert same(live(board.disk.tree()), live(few_newer)), where
            assert_never_closed(board, where)


@pytest.mark.slow
@SHARES
def test_ctrl_c_leaves_the_board_safe_and_the_next_deploy_mends_it(
    few_older: Tree, few_newer: Tree, few: Image, every: int
) -> None:
    for at in stops(few_older, few, every):
        where = f"Ctrl-C before block {at}"
        with of(few_older) as board:
            board.cut(at, CTRL_C)
            with pytest.raises((KeyboardInterrupt, ChargerctlError)) as stopped:
                deploy_to(board, few)
            assert board.resets == 1, where
            assert_never_closed(board, where)
            committed = isinstance(stopped.value, ChargerctlError) and stopped.value.details["committed"]
            assert committed or same(live(board.disk.tree()), live(few_older)), where
            deploy_to(board, few)
            assert same(live(board.disk.tree()), live(few_newer)), where


@pytest.mark.parametrize(
    "options",
    [
        {"loses_while_writing": 5, "title_between_lines": True, "language": "de"},
        pytest.param({"loses_while_writing": 6, "shape": BRIDGE, "language": "zh"}, marks=pytest.mark.soak),
    ],
    ids=["USB-Serial/JTAG", "bridge"],
)
def test_answers_that_get_lost_only_cost_time(
    few_older: Tree, few_newer: Tree, few: Image, options: dict[str, Any]
) -> None:
    with of(few_older, **options) as board:
        deploy_to(board, few)
        assert same(live(board.disk.tree()), live(few_newer))
        assert board.lost > 0


def assert_never_closed(board: SerialBoard, where: str) -> None:
    high = [
        each for each in board.pins if each.name in (RELAY, LOCK) and each.what == "output" and each.level
    ]
    assert not high, f"{where}: {high}"
