# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Mistakes sown in the firmware on the drive: the episodes find each of them, and nothing without one.

`make test` takes one of three, and begins at the seed that is known to find the mistake; `python -m bench mistakes` searches
it.
"""

import pytest
from chargerctl.simulator.chaos.soak import Drives, run_one

from tests.simulator.chaos.mistakes import MISTAKES, NOT_FOUND, replacements, seeds

SEEDS = seeds()
# What changes the firmware's timing may move a seed: one of the next finds the mistake then.
NEXT = 25
FOUND = [mistake for mistake, seed in SEEDS.items() if seed is not None]
OTHERS = [pytest.param(mistake, marks=pytest.mark.soak) for mistake in FOUND if mistake not in FOUND[::3]]


@pytest.mark.parametrize("mistake", [*FOUND[::3], *OTHERS])
def test_a_mistake_is_found_by_its_seed_or_one_of_the_next(mistake, tmp_path):
    drives = Drives(tmp_path, replacements(mistake))
    first = SEEDS[mistake]
    assert any(run_one(seed, drives).violations for seed in range(first, first + NEXT)), SEARCH


SEARCH = "search anew: python -m bench mistakes"


def test_only_what_is_sown_has_a_seed():
    assert set(SEEDS) <= set(MISTAKES), SEARCH


@pytest.mark.soak
def test_every_mistake_has_been_searched_and_what_was_not_found_is_named_with_the_reason():
    assert set(SEEDS) == set(MISTAKES), SEARCH
    assert {mistake for mistake, seed in SEEDS.items() if seed is None} == set(NOT_FOUND)
