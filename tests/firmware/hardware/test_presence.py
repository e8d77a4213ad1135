# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""When a card counts as a new one, with any reader."""

import pytest
from charger.ticks import add

CARD = "04A2B3C4"
PASS_MS = 5


class Field:
    """A presence and its clock, shortly before the tick counter wraps."""

    def __init__(self, presence):
        self.now = (1 << 29) - 300
        self.presence = presence
        self.presence.miss(self.now)

    def see(self, card=CARD):
        return self.presence.see(self.now, card)

    def look(self, ms):
        """Passes that find nothing."""
        for _ in range(ms // PASS_MS):
            self.stall(PASS_MS)

    def stall(self, ms):
        self.now = add(self.now, ms)
        self.presence.miss(self.now)


@pytest.fixture
def field(bench):
    return Field(bench.module("reader").Presence())


def test_a_card_that_stays_is_one_presentation(field):
    assert field.see() == CARD
    for _ in range(100):
        field.look(100)
        assert field.see() is None


def test_after_half_a_second_without_it_it_counts_again(field):
    field.see()
    field.look(490)
    assert field.see() is None
    field.look(500)
    assert field.see() == CARD


@pytest.mark.parametrize("stall_ms", [60, 500, 2000, 8000, 4 * 86_400_000])
def test_a_stall_is_no_absence(field, stall_ms):
    """Four days are more than the tick counter can tell apart."""
    field.see()
    field.look(100)
    field.stall(stall_ms)
    field.look(300)
    assert field.see() is None


def test_nor_are_three_in_a_row(field):
    field.see()
    for _ in range(3):
        field.stall(3000)
        field.look(100)
    assert field.see() is None


def test_slow_passes_take_longer_to_forget_a_card(field):
    field.see()
    for _ in range(9):
        field.stall(200)
    assert field.see() is None
    for _ in range(10):
        field.stall(200)
    assert field.see() == CARD


def test_another_card_counts_at_once(field):
    field.see()
    assert field.see("DEADBEEF") == "DEADBEEF"
    assert field.see() == CARD


def test_a_card_that_cannot_be_read_is_the_card_of_before(field):
    assert field.see() == CARD
    for _ in range(20):
        field.look(100)
        assert field.see(None) is None
    assert field.see() is None


def test_a_card_that_cannot_be_read_is_no_card(field):
    assert field.see(None) is None
    assert field.see() == CARD
