# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The first deploy to a board: over another program, and without a boot.py that could finish it."""

from __future__ import annotations

import errno

import pytest
from chargerctl.deploy.image import Image
from chargerctl.errors import ChargerctlError

from tests.host.deploy.virtual import FACTORY, Bench, deploy, live
from tests.host.transport.faulty import CutError, FaultyVolume, Tree

HELLO = "Hello World!"


@pytest.fixture(scope="module")
def first_tree(new_image: Image) -> Tree:
    volume = FaultyVolume(FACTORY)
    deploy(volume, new_image)
    return volume.tree()


# `make test` cuts at every eighth operation, `make soak` at each.
@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.soak)])
def test_cut_anywhere_the_board_runs_what_it_had_or_the_charger_or_holds(
    bench: Bench, first_tree: Tree, new_image: Image, every: int
) -> None:
    whole = FaultyVolume(FACTORY)
    deploy(whole, new_image)
    seen: set[frozenset[tuple[str, bytes | None]]] = set()
    outcomes = set()
    for number in range(1, len(whole.operations) + 1, every):
        for keep in (True, False):
            volume = FaultyVolume(FACTORY)
            volume.cut_at, volume.torn = number, keep and whole.operations[number - 1].startswith("write")
            with pytest.raises(CutError):
                deploy(volume, new_image)
            tree = volume.tree(keep)
            again = FaultyVolume(tree)
            deploy(again, new_image)
            assert comparable(again.tree()) == comparable(first_tree)
            key = frozenset(live(tree).items())
            if key in seen:
                continue
            seen.add(key)
            for start in (bench.reload, bench.power_cycle):
                bench.power_cycle(FACTORY)
                bench.run(3)
                start(tree)
                text = bench.run_until("boot   firmware", 15)
                outcome = HELLO if HELLO in text else "holds" if "hold   " in text else "charger"
                if outcome == "holds":
                    assert bench.holds()
                    text = bench.run_until("boot   firmware", 60)
                assert HELLO in text or "boot   firmware" in text, f"{volume.operations[-1]}\n{text}"
                assert "Traceback" not in text
                outcomes.add(outcome)
    assert outcomes == {HELLO, "holds", "charger"}
    assert not bench.ever_high


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_failing_before_the_commit_it_leaves_nothing_behind(new_image: Image, error: int) -> None:
    whole = FaultyVolume(FACTORY)
    deploy(whole, new_image)
    commit = whole.operations.index("rename .deploy/commit.new .deploy/commit") + 1
    for number in range(1, commit + 1):
        volume = FaultyVolume(FACTORY)
        volume.fails_at, volume.fails_with = number, error
        with pytest.raises(ChargerctlError, match="Nothing on the board has changed"):
            deploy(volume, new_image)
        assert volume.tree() == FACTORY


def comparable(tree: Tree) -> Tree:
    """Without the manifest, which has a random salt in it."""
    return {path: content for path, content in live(tree).items() if path != ".chargerctl"}
