# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who comes is drawn from a seed, within bounds."""

from collections import Counter
from random import Random

from chargerctl.fleet.customers.customer import (
    LONGEST_S,
    SHORTEST_S,
    STORIES,
    WRONG_CARDS,
    another_card,
    draw,
    regulars,
)
from chargerctl.fleet.customers.stories import TOLD


def many(seed=1, count=2000, stay_s=1800.0):
    random = Random(seed)
    known = regulars(random)
    return [draw(random, known, stay_s) for _ in range(count)]


def test_the_same_seed_gives_the_same_customers():
    assert many(7, 50) == many(7, 50)
    assert many(7, 50) != many(8, 50)


def test_each_story_is_told_about_as_often_as_it_is_said():
    told = Counter(each.story for each in many())
    assert sum(STORIES.values()) == 100
    for story, percent in STORIES.items():
        assert abs(told[story] / 20 - percent) < 3


def test_every_story_can_be_told():
    assert set(STORIES) < set(TOLD)


def test_all_is_within_its_bounds():
    for each in many():
        assert 2 <= each.between_s <= 30
        assert each.power_w in (3_700, 7_400, 11_000, 22_000)
        assert 1_000 <= each.wants_wh <= 60_000
        assert SHORTEST_S <= each.stays_s <= LONGEST_S
        assert 60 <= each.patience_s <= 1800
        assert len(each.card) == 14
        assert int(each.card, 16)


def test_half_of_them_stay_longer_than_the_median():
    longer = sum(each.stays_s > 3600 for each in many(stay_s=3600.0))
    assert 900 < longer < 1100


def test_only_those_with_a_wrong_card_have_one():
    for each in many():
        assert (each.card in WRONG_CARDS) is (each.story == "wrong_card")


def test_most_of_them_come_again():
    cards = Counter(each.card for each in many() if each.story != "wrong_card")
    often = sum(count for _card, count in cards.most_common(5))
    assert 0.6 < often / sum(cards.values()) < 0.8


def test_somebody_else_has_another_card():
    assert another_card("04A10000000000") != "04A10000000000"
    assert len(another_card("04A10000000000")) == 14
