# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Two hundred episodes of things going wrong: no invariant is violated, and everything that can go wrong did."""

import pytest
from chargerctl.simulator.chaos import episode
from chargerctl.simulator.chaos.soak import soak
from chargerctl.simulator.chaos.tally import Tally

# In parts, so that the workers of pytest share them; each part in a process of its own.
PART = 25
PARTS = [range(first, first + PART) for first in range(0, 200, PART)]


@pytest.mark.parametrize("seeds", PARTS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_no_invariant_is_violated(seeds):
    tally = Tally()
    for verdict in soak(seeds, workers=1):
        assert not verdict.violations, "\n".join([*verdict.trace, *verdict.violations])
        tally.add(verdict)
    assert tally.episodes == len(seeds)
    assert tally.closings


def test_every_ingredient_is_in_the_two_hundred():
    drawn = {act.ingredient for seeds in PARTS for seed in seeds for act in episode.draw(seed).acts}
    assert drawn >= set(Tally().ingredients)


def test_an_episode_is_no_longer_than_120_seconds():
    assert all(episode.draw(seed).length_s <= episode.LONGEST_S for seed in range(2000))


def test_the_same_seed_is_the_same_episode_to_the_last_event():
    (first,), (second,) = (list(soak(range(7, 8), workers=1)) for _ in range(2))
    assert first == second
