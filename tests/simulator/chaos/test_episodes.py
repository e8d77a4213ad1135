# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Sixty episodes of things going wrong: no invariant is violated, and everything that can go wrong did.

`make soak` has ten thousand.
"""

import json

import pytest
from chargerctl.cli.main import main
from chargerctl.simulator.chaos import episode
from chargerctl.simulator.chaos.carry_out import Verdict
from chargerctl.simulator.chaos.soak import soak
from chargerctl.simulator.chaos.tally import Tally

# In parts, so that the workers of pytest share them; each part in a process of its own.
PART = 15
PARTS = [range(first, first + PART) for first in range(0, 60, PART)]


@pytest.mark.parametrize("seeds", PARTS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_no_invariant_is_violated(seeds):
    tally = Tally()
    for verdict in soak(seeds, workers=1):
        assert not verdict.violations, "\n".join([*verdict.trace, *verdict.violations])
        tally.add(verdict)
    assert tally.episodes == len(seeds)
    assert tally.closings


def test_a_power_cut_soon_after_a_crash_is_not_taken_for_the_end_of_safe_mode():
    (verdict,) = soak(range(5032, 5033), workers=1)
    assert not verdict.violations, "\n".join(verdict.violations)


def test_every_ingredient_is_in_the_sixty():
    drawn = {act.ingredient for seeds in PARTS for seed in seeds for act in episode.draw(seed).acts}
    assert drawn >= set(Tally().ingredients)


def test_an_episode_is_no_longer_than_120_seconds():
    assert all(episode.draw(seed).length_s <= episode.LONGEST_S for seed in range(2000))


def test_the_same_seed_is_the_same_episode_to_the_last_event():
    (first,), (second,) = (list(soak(range(7, 8), workers=1)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("json_option", [["--json"], []])
def test_a_violation_and_how_to_repeat_it_are_shown_on_stderr(json_option, monkeypatch, capsys):
    violated = Verdict(7, ["1.000 s: closed"], trace=["0.500 s: plug"])
    monkeypatch.setattr("chargerctl.cli.chaos.soak", lambda *_: [violated])
    assert main(["simulate", "--chaos", "--seed", "7", *json_option]) == 1
    out, err = capsys.readouterr()
    again = "repeat it with: chargerctl simulate --chaos --seed 7"
    assert err.splitlines() == ["0.500 s: plug", "seed 7 violated:", "  1.000 s: closed", again]
    if json_option:
        assert json.loads(out)["violations"] == [{"seed": 7, "text": "1.000 s: closed"}]
