# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A drive on which the changed files do not fit twice: they are replaced in place, while the board holds."""

from __future__ import annotations

import pytest
from chargerctl.deploy.image import Image
from chargerctl.deploy.records import WAIT
from chargerctl.deploy.show import plan_lines
from chargerctl.errors import ChargerctlError

from tests.host.deploy.virtual import Bench, deploy, live, plan
from tests.host.transport.faulty import CutError, FaultyVolume, Tree

HOLDING = "hold   an unfinished deploy needs the laptop"


# `make test` cuts at every twentieth operation, `make soak` at each.
SHARES = pytest.mark.parametrize("every", [20, pytest.param(1, marks=pytest.mark.soak)])


@pytest.fixture(scope="module")
def capacity(old_tree: Tree, new_tree: Tree) -> int:
    """Room for either version and 60 KB."""
    used = max(FaultyVolume(tree, capacity=0)._used() for tree in (old_tree, new_tree))
    return used + 60 * 1024


def small(tree: Tree, capacity: int) -> FaultyVolume:
    return FaultyVolume(tree, capacity=capacity)


def test_the_plan_shows_which_files_are_replaced_in_place(
    old_tree: Tree, new_image: Image, capacity: int
) -> None:
    planned = plan(small(old_tree, capacity), new_image)
    shown = "\n".join(plan_lines(planned))
    assert planned.work.in_place
    assert f"{len(planned.work.in_place)} files are replaced in place" in shown
    for path in planned.work.in_place:
        assert any(path in line and "in place" in line for line in shown.splitlines())
    assert not {"boot.py", "code.py", "hold.py", "settings.toml"} & set(planned.work.in_place)


def test_it_fits_and_comes_out_right(old_tree: Tree, new_tree: Tree, new_image: Image, capacity: int) -> None:
    volume = small(old_tree, capacity)
    planned = deploy(volume, new_image)
    assert live(volume.tree()) == live(new_tree)
    assert planned.space.peak <= planned.space.free


def test_what_does_not_fit_at_all_is_refused_before_anything_is_written(
    old_tree: Tree, new_image: Image, capacity: int
) -> None:
    volume = small(old_tree, capacity)
    grown = {**new_image, "charger/big.py": b"#" * 100_000}
    with pytest.raises(ChargerctlError, match=r"too small: .* needed, .* free; delete .* KB of other files"):
        deploy(volume, grown)
    assert not volume.operations


@SHARES
def test_cut_anywhere_the_board_is_old_new_or_holds_until_the_laptop_comes_back(
    bench: Bench, old_tree: Tree, new_tree: Tree, new_image: Image, capacity: int, every: int
) -> None:
    count, seen, held = 0, set(), 0
    whole = small(old_tree, capacity)
    deploy(whole, new_image)
    for number in range(1, len(whole.operations) + 1, every):
        for keep in (True, False):
            volume = small(old_tree, capacity)
            volume.cut_at, volume.torn = number, keep and whole.operations[number - 1].startswith("write")
            with pytest.raises(CutError):
                deploy(volume, new_image)
            tree = volume.tree(keep)
            again = small(tree, capacity)
            deploy(again, new_image)
            assert live(again.tree()) == live(new_tree)
            key = frozenset(live(tree).items())
            if key in seen:
                continue
            seen.add(key)
            count += 1
            bench.power_cycle(tree)
            text = bench.run_until("hold   ", 25, "boot   firmware")
            left = live(bench.tree())
            if HOLDING in text:
                held += 1
                assert bench.holds()
                assert WAIT in left, "boot.py says that it needs the laptop"
                again = small(bench.tree(), capacity)
                deploy(again, new_image)
                assert live(again.tree()) == live(new_tree)
            else:
                assert left in (live(old_tree), live(new_tree)), volume.operations[-1]
                assert "boot   firmware" in text
    assert held > 10 // every
    assert not bench.ever_high


def test_without_the_laptop_a_board_that_cannot_finish_stays_reachable(
    bench: Bench, old_tree: Tree, new_image: Image, capacity: int
) -> None:
    """No reset every 30 s, which would take the drive away from the laptop again and again."""
    volume = small(old_tree, capacity)
    deploy(volume, new_image)
    last = max(number for number, what in enumerate(volume.operations, 1) if what.startswith("write lib/"))
    volume = small(old_tree, capacity)
    volume.cut_at = last
    with pytest.raises(CutError):
        deploy(volume, new_image)
    bench.power_cycle(volume.tree())
    text = bench.run(200)
    assert text.count("hold   ") == 1
    assert "boot: cannot finish a deploy: lib/" in text


@SHARES
def test_a_repair_that_is_cut_too_is_repaired(
    bench: Bench, old_tree: Tree, new_tree: Tree, new_image: Image, capacity: int, every: int
) -> None:
    """The second deploy writes everything in place and replaces the commit; each of its operations is cut."""
    first = small(old_tree, capacity)
    deploy(first, new_image)
    writes = [number for number, what in enumerate(first.operations, 1) if what.startswith("write charger/")]
    newer = {**new_image, "charger/loop.py": new_image["charger/loop.py"] + b"# newer\n"}
    broken = small(old_tree, capacity)
    broken.cut_at, broken.torn = writes[0] if writes else len(first.operations) - 20, True
    with pytest.raises(CutError):
        deploy(broken, new_image)
    repair = small(broken.tree(), capacity)
    deploy(repair, newer)
    wanted = live(repair.tree())
    seen = set()
    for number in range(1, len(repair.operations) + 1, every):
        for keep in (True, False):
            volume = small(broken.tree(), capacity)
            volume.cut_at = number
            with pytest.raises(CutError):
                deploy(volume, newer)
            tree = volume.tree(keep)
            key = frozenset(live(tree).items())
            if key in seen:
                continue
            seen.add(key)
            bench.power_cycle(tree)
            text = bench.run_until("hold   ", 25, "boot   firmware")
            assert bench.holds() if "hold   " in text else live(bench.tree()) == wanted, volume.operations[-1]
            again = small(bench.tree(), capacity)
            deploy(again, newer)
            assert live(again.tree()) == wanted, volume.operations[-1]
    assert not bench.ever_high
