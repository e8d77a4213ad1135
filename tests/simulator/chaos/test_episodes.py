# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Sixty episodes of things going wrong: no invariant is violated, and everything that can go wrong did.

`make soak` has ten thousand.
"""

import json
import shutil

import pytest
from chargerctl.cli.main import main
from chargerctl.simulator.chaos import episode
from chargerctl.simulator.chaos.acts import Act
from chargerctl.simulator.chaos.carry_out import Verdict, carry_out
from chargerctl.simulator.chaos.episode import Episode
from chargerctl.simulator.chaos.soak import Drives, Replacement, soak
from chargerctl.simulator.chaos.tally import Tally

C6 = "seeed_xiao_esp32c6"
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


def test_the_trace_shows_what_a_terminal_would_obey(tmp_path):
    clears = Act(1.0, "strange_frame", "strange_frame \x1b[2J", lambda scene: None)
    believes = Replacement("charger/hardware/led.py", '"Available": b"\\x14', '"Available": b"\\x13')
    drive = Drives(tmp_path, [believes]).of(C6)
    verdict = carry_out(Episode(1, C6, {}, 2.0, (clears,)), drive)
    assert verdict.violations
    assert any("strange_frame \\x1b[2J" in line for line in verdict.trace)


def test_a_power_cut_soon_after_a_crash_is_not_taken_for_the_end_of_safe_mode():
    (verdict,) = soak(range(5032, 5033), workers=1)
    assert not verdict.violations, "\n".join(verdict.violations)


def test_every_ingredient_is_in_the_sixty():
    drawn = {act.ingredient for seeds in PARTS for seed in seeds for act in episode.draw(seed).acts}
    assert drawn >= set(Tally().ingredients)


def test_an_episode_is_no_longer_than_120_seconds_but_one_in_two_hundred_idles_for_hours():
    lengths = [episode.draw(seed).length_s for seed in range(2000)]
    assert sum(length_s > episode.LONGEST_S for length_s in lengths) == 10
    assert all(length_s < 2.1 * 3600 for length_s in lengths)


def test_the_same_seed_is_the_same_episode_to_the_last_event():
    (first,), (second,) = (list(soak(range(7, 8), workers=1)) for _ in range(2))
    assert first == second


def test_one_episode_of_sixteen_runs_every_pass_and_counts_the_pystack():
    assert [seed for seed in range(48) if episode.draw(seed).thorough] == [0, 16, 32]


def test_counting_the_pystack_changes_nothing_that_happens(charging):
    heard = []
    for counted in (True, False):
        scene = charging(power=False)
        # The journal of the one before.
        shutil.rmtree(scene.board.drive.root / ".journal", ignore_errors=True)
        scene.board.counts_pystack = counted
        events = []
        scene.listen(events.append)
        scene.board.power(True)
        scene.later(17, scene.world.plug)
        scene.board.run_for(19)
        heard.append(events)
    assert heard[0] == heard[1]


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


def verdicts_until_interrupted(count):
    def soak(*_):
        for seed in range(count):
            yield Verdict(seed, [], cpu_s=0.5 if seed else 3.0, board_s=60.0)
        raise KeyboardInterrupt

    return soak


def test_ctrl_c_gives_the_counts_of_the_episodes_that_are_over(monkeypatch, capsys):
    monkeypatch.setattr("chargerctl.cli.chaos.soak", verdicts_until_interrupted(2))
    assert main(["simulate", "--chaos", "--episodes", "50", "--json"]) == 130
    out, _ = capsys.readouterr()
    counts = json.loads(out)
    assert counts["episodes"] == 2
    assert counts["cpu_s"] == {"mean": 1.75, "p95": 0.5, "longest": 3.0, "seed": 0}


def test_progress_and_how_to_go_on_are_shown_on_stderr(monkeypatch, capsys):
    monkeypatch.setattr("chargerctl.cli.chaos.soak", verdicts_until_interrupted(100))
    assert main(["simulate", "--chaos", "--seed", "0", "--episodes", "400"]) == 130
    progress, stopped = capsys.readouterr().err.splitlines()
    assert progress.startswith("100 of 400 episodes, ")
    assert progress.endswith("; no violation")
    assert "0.53 s of CPU each" in progress
    assert stopped == (
        "chargerctl: stopped after 100 of 400 episodes; go on with: chargerctl simulate --chaos --seed 100 --episodes 300"
    )
