# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The power fails before, during or after any operation on the store of the journal, in a script with three sessions: each
of them is in the books of the central system once, with its energy to the checkpoint.
"""

import random

import pytest
from charger.journal import Journal

from tests.whole.journal import books, points, script
from tests.whole.journal.charger import Charger
from tests.whole.journal.points import Point
from tests.whole.journal.stores import SAFE, Stores

# Of each store: every so many points. The seeds of what is torn go round with them.
SAMPLE = 45
SEEDS = 8


def sample(kind):
    """Always the same points, spread over the script; every fifth has a second cut, while the charger recovers."""
    every = list(points.every(kind))
    chosen = random.Random(kind).sample(every, min(SAMPLE, len(every)))
    for place, point in enumerate(chosen):
        again = place // 5 % 4 if place % 5 == 0 else None
        yield Point(point.kind, point.aged, point.number, point.phase, place % SEEDS, again)


def judged(chosen):
    """point -> outcome, of those that have mistakes; and how many were tried."""
    tried = [(point, points.outcome(point)) for point in chosen]
    return {point: outcome for point, outcome in tried if outcome.mistakes}, len(tried)


@pytest.mark.slow
@pytest.mark.requirement(
    "SPEC 3.7", "No transaction message is lost or doubled by a power cut, wherever it falls."
)
@pytest.mark.requirement(
    "SPEC 3.7.1", "A message that is sent again after a power cut has its id and its payload."
)
@pytest.mark.parametrize("kind", SAFE)
def test_no_cut_loses_or_doubles_a_transaction(kind):
    wrong, count = judged(sample(kind))
    print(f"{kind}: {count} points")
    assert count >= 40
    assert not wrong


@pytest.mark.slow
def test_nvm_of_an_esp32_loses_only_what_its_window_costs():
    """It erases all 8 KB before each write. A cut between the two loses what nvm held; before and after, nothing."""
    wrong, count = judged(sample("nvm ESP32"))
    print(f"nvm ESP32: {count} points, {len(wrong)} in the window")
    assert count >= 40
    assert wrong, "the window is real: else this test does not see it"
    assert all(outside_window_is_right(point, outcome) for point, outcome in wrong.items())


def outside_window_is_right(point, outcome):
    return point.again is not None or (outcome.operation, point.phase) in (
        ("nvm erase", "during"),
        ("nvm erase", "after"),
        ("nvm program", "before"),
        ("nvm program", "during"),
    )


def test_the_judge_sees_a_journal_that_forgets():
    """Kept in RAM alone, as it once was."""
    stores = Stores("fram")
    stores.journal = lambda header, stalls, log: Journal()
    charger = Charger(stores)
    charger.start()
    states = script.steps(charger)
    assert "charging" in states
    charger.end()
    script.recover(charger)
    stores.close()
    assert any(text.startswith("lost") for text in books.mistakes(charger))


@pytest.mark.soak
@pytest.mark.parametrize("kind", SAFE)
def test_no_point_at_all_loses_or_doubles_a_transaction(kind):
    wrong, count = judged(points.every(kind, SEEDS))
    print(f"{kind}: {count} points")
    assert not wrong


@pytest.mark.soak
@pytest.mark.parametrize("kind", SAFE)
def test_nor_does_a_second_cut_while_it_recovers(kind):
    chosen = [
        Point(point.kind, point.aged, point.number, point.phase, point.number % SEEDS, again)
        for point in points.every(kind)
        for again in range(6)
    ]
    wrong, count = judged(chosen)
    print(f"{kind}: {count} points with a second cut")
    assert not wrong


@pytest.mark.soak
def test_every_loss_of_an_esp32_is_in_its_window():
    wrong, count = judged(points.every("nvm ESP32", SEEDS))
    print(f"nvm ESP32: {count} points, {len(wrong)} in the window")
    assert all(outside_window_is_right(point, outcome) for point, outcome in wrong.items())
