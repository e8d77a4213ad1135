# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Draws a customer: what the story is, which card, how much energy, how long. docs/fleet.md has these distributions.

All of it is drawn when the customer comes, so that the same seed gives the same day however the charger behaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from random import Random

# How often each story is told, of 100.
STORIES = {
    "usual": 80,
    "wrong_card": 4,
    "unplugs_at_once": 3,
    "swipes_twice": 3,
    "walks_away": 3,
    "other_card": 3,
    "offline": 4,
}

WRONG_CARDS = tuple(f"BAD0000000000{number}" for number in range(8))
"""Cards that a central system should refuse; ours does."""

_REGULARS = 5
_CARDS = 1 << 24
_POWER_W = {3_700: 3, 7_400: 2, 11_000: 4, 22_000: 1}
_WH = (1_000, 60_000, 14_000)  # least, most, most often
_SPREAD = 0.7  # of the logarithm of how long somebody stays
SHORTEST_S, LONGEST_S = 120.0, 12 * 3600.0


@dataclass(frozen=True)
class Customer:
    """between_s: from the plug to the card, or from the card to the plug (card_first). stays_s: from then on at most; a
    vehicle that has got wants_wh before is full, and stays plugged in. patience_s: how long they wait for a charger that is
    occupied."""

    story: str
    card: str
    card_first: bool
    between_s: float
    power_w: int
    wants_wh: int
    stays_s: float
    ends_by_card: bool
    patience_s: float


def regulars(random: Random) -> list[int]:
    """Those who come to one charger again and again."""
    return [random.randrange(_CARDS) for _ in range(_REGULARS)]


def draw(random: Random, regulars: Sequence[int], stay_s: float) -> Customer:
    """stay_s: the median of how long they stay."""
    story = random.choices(list(STORIES), list(STORIES.values()))[0]
    return Customer(
        story,
        card=_card(random, regulars, story),
        card_first=random.random() < 0.3,
        between_s=random.uniform(2, 30),
        power_w=random.choices(list(_POWER_W), list(_POWER_W.values()))[0],
        wants_wh=round(random.triangular(*_WH)),
        stays_s=min(max(random.lognormvariate(log(stay_s), _SPREAD), SHORTEST_S), LONGEST_S),
        ends_by_card=random.random() < 0.5,
        patience_s=random.uniform(60, 1800),
    )


def another_card(card: str) -> str:
    """Of somebody else."""
    return f"{int(card, 16) ^ 0xFF:0{len(card)}X}"


def _card(random: Random, regulars: Sequence[int], story: str) -> str:
    """The UID of a card, seven bytes. Seven of ten customers are regulars."""
    if story == "wrong_card":
        return random.choice(WRONG_CARDS)
    number = random.choice(regulars) if random.random() < 0.7 else random.randrange(_CARDS)
    return f"04A1{number:06X}0000"
