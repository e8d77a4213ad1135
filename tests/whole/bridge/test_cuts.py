# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Wherever in a session of the real firmware the WebSocket breaks: nothing is lost or doubled, and each energy is right."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
# One of a session that does not break, which has so many frames both ways.
UNBROKEN, FRAMES = -1, 28
SAMPLE = (UNBROKEN, 1, 11, 19)


def play(numbers):
    words = [sys.executable, "-m", "tests.whole.bridge.cuts", *map(str, numbers)]
    ran = subprocess.run(words, cwd=TOP, capture_output=True, text=True, timeout=550)
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def must_be_right(numbers):
    played = play(numbers)
    assert [each["cut"] for each in played] == list(numbers)
    for each in played:
        assert each["charged_wh"], each
        assert each["booked_wh"] == each["charged_wh"], each
        assert each["complaints"] == [], each
    return played


def test_a_session_whose_websocket_breaks_at_a_frame_is_booked_once():
    played = must_be_right(SAMPLE)
    assert played[0]["frames"] >= SAMPLE[-1]
    assert any(each["frames"] > played[0]["frames"] for each in played), "something was sent again"


@pytest.mark.soak
@pytest.mark.parametrize("first", range(4))
def test_a_session_whose_websocket_breaks_at_any_frame_is_booked_once(first):
    must_be_right(range(first, FRAMES, 4))
