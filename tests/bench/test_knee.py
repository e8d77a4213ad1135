# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The search for the load that one core carries, of a fleet that is none."""

import json
import re
import time
from types import SimpleNamespace

import pytest

from bench._fleet.knee import Search

LONG = 1000


class Fleet:
    """As bench/_fleet/knee_process.py: late once its chargers send more than `most` messages a second; at load 1 each sends
    one in 40 s.
    disturbed: how many measurements others disturb."""

    def __init__(self, most, disturbed=0):
        self.stdin = SimpleNamespace(write=self._do, flush=lambda: None)
        self.stdout = SimpleNamespace(readline=lambda: self.answer)
        self.told = []
        self._most = most
        self._disturbed = disturbed
        self._count, self._pace_s = 0, 60

    def _do(self, line):
        self.told.append(line.strip())
        what, *numbers = line.split()
        if what == "grow":
            self._count = int(numbers[0])
        if what == "pace":
            self._pace_s = int(numbers[0])
        rate = self._count / 40 * 60 / self._pace_s
        late = rate > self._most
        behind_ms = 5000.0 if late else 0.0
        if what == "measure" and self._disturbed:
            self._disturbed -= 1
            late, behind_ms = True, 0.0
        found = {
            "accepted": self._count,
            "connected": self._count,
            "wall_s": 10.0,
            "own_s": 10.0,
            "cpu_s": min(10.0, 10 * rate / self._most),
            "frames": 10 * rate,
            "tries": 1.0,
            "p50_ms": 1.0,
            "p99_ms": 1000.0 if late else 10.0,
            "worst_ms": 2000.0,
            "behind_ms": behind_ms,
            "pause_ms": 0.0,
            "kb_each": 31.0,
        }
        self.answer = json.dumps(found) + "\n"


def searched(fleet, counts, seconds=LONG):
    search = Search(fleet, 10, time.monotonic() + seconds)
    search.by_chargers(counts)
    search.by_load()
    search.tell()


def rates(text):
    """(too much, carried), in messages a second."""
    return [int(each.replace(",", "")) for each in re.findall(r"([\d,]+) messages/s \(", text)]


@pytest.mark.parametrize("most", [60, 135, 400, 1300])
def test_the_knee_is_found_between_two_loads(capsys, most):
    searched(Fleet(most), [1000, 4000])
    too_much, carried = rates(capsys.readouterr().out)
    assert carried <= most < too_much


def test_the_two_are_close(capsys):
    searched(Fleet(400), [4000])
    too_much, carried = rates(capsys.readouterr().out)
    assert too_much <= 1.25 * carried


def test_more_chargers_than_are_carried_are_not_tried(capsys):
    fleet = Fleet(60)
    searched(fleet, [1000, 4000, 8000])
    assert [each for each in fleet.told if each.startswith("grow")] == ["grow 1000 60", "grow 4000 60"]
    assert "chargers at load 1: 1,000" in capsys.readouterr().out


def test_what_others_have_disturbed_is_measured_again(capsys):
    fleet = Fleet(400, disturbed=1)
    searched(fleet, [1000, 4000])
    assert fleet.told[:4] == ["grow 1000 60", "measure 10", "measure 10", "grow 4000 60"]
    assert "chargers at load 1: 4,000" in capsys.readouterr().out


def test_without_time_no_step_begins(capsys):
    fleet = Fleet(400)
    searched(fleet, [1000, 4000], seconds=1)
    assert fleet.told == ["grow 1000 60", "measure 10"]
    assert "the time is over" in capsys.readouterr().out


def test_what_is_never_too_much_ends_at_the_highest_load(capsys):
    fleet = Fleet(1_000_000)
    searched(fleet, [1000])
    assert fleet.told[-2:] == ["pace 1", "measure 10"]
    assert "was not found" in capsys.readouterr().out


def test_a_fleet_that_ends_is_told():
    fleet = Fleet(400)
    fleet.stdout.readline = lambda: ""
    with pytest.raises(SystemExit, match=r"ended.*grow"):
        searched(fleet, [1000])
