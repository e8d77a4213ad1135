# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What customers do, act by act, at a place that is played here."""

import pytest
from chargerctl.fleet.customers.customer import Customer, another_card
from chargerctl.fleet.customers.stories import TOLD

CARD = "04A11234560000"


class Played:
    """A place whose charger does as `accepts` says: a card starts and stops the charge while a vehicle is there."""

    def __init__(self, accepts=(CARD,), stops_after_s=1e9):
        self.acts = []
        self.now_s = 0.0
        self.free = True
        self._accepts = accepts
        self._stops_after_s = stops_after_s
        self._since_s = None
        self._power_w = 0
        self._authorised = False
        self._counted_wh = 0.0

    @property
    def charging(self):
        return self._since_s is not None and self.now_s - self._since_s < self._stops_after_s

    @property
    def energy_wh(self):
        return int(self._counted_wh)

    def passes(self, seconds):
        if self.charging:
            self._counted_wh += self._power_w * seconds / 3600
        self.now_s += seconds

    def plug(self, power_w):
        self.acts.append("plug")
        self.free, self._power_w = False, power_w
        self._begin()

    def draw(self, power_w):
        self.acts.append(f"draw {power_w}")
        self._power_w = power_w

    def unplug(self):
        self.acts.append("unplug")
        self.free, self._since_s, self._authorised = True, None, False

    def hold(self, card):
        if card is None:
            return
        self.acts.append(f"card {card}" if card != CARD else "card")
        if card in self._accepts and self._since_s is None:
            self._authorised = True
            self._begin()
        elif card in self._accepts:
            self._since_s, self._authorised = None, False

    def _begin(self):
        if self._authorised and not self.free:
            self._since_s = self.now_s


def customer(story="usual", **more):
    about = {
        "card_first": False,
        "between_s": 10.0,
        "power_w": 11_000,
        "wants_wh": 50_000,
        "stays_s": 600.0,
        "ends_by_card": False,
        "patience_s": 60.0,
    }
    return Customer(story, CARD, **{**about, **more})


def told(place, who):
    for seconds in TOLD[who.story](place, who):
        assert seconds > 0
        place.passes(seconds)
        assert place.now_s < 24 * 3600
    return place


def test_the_usual_customer_plugs_in_shows_the_card_and_leaves_in_time():
    place = told(Played(), customer())
    assert place.acts == ["plug", "card", "unplug"]
    assert 600 < place.now_s < 660


def test_some_show_the_card_first():
    assert told(Played(), customer(card_first=True)).acts == ["card", "plug", "unplug"]


def test_some_end_with_the_card():
    assert told(Played(), customer(ends_by_card=True)).acts == ["plug", "card", "card", "unplug"]


def test_a_vehicle_that_is_full_draws_nothing_and_stays():
    place = told(Played(), customer(wants_wh=500))
    assert place.acts == ["plug", "card", "draw 0", "unplug"]
    assert place.energy_wh == pytest.approx(500, abs=10)
    assert place.now_s > 600


def test_a_refused_card_is_tried_twice():
    place = told(Played(accepts=()), customer("wrong_card"))
    assert place.acts == ["plug", "card", "card", "unplug"]
    assert place.now_s < 60


def test_who_sees_that_the_charge_was_stopped_leaves():
    place = told(Played(stops_after_s=100), customer())
    assert place.acts[-1] == "unplug"
    assert place.now_s < 240


def test_second_thoughts():
    place = told(Played(), customer("unplugs_at_once"))
    assert place.acts == ["plug", "card", "unplug"]
    assert place.now_s < 10


def test_a_card_that_is_shown_twice_stops_the_charge_and_the_third_time_starts_it():
    assert told(Played(), customer("swipes_twice")).acts == ["plug", "card", "card", "card", "unplug"]


def test_who_walks_away_leaves_no_vehicle():
    place = told(Played(), customer("walks_away"))
    assert place.acts == ["card"]
    assert place.free


def test_the_card_of_somebody_else_is_tried_during_the_charge():
    place = told(Played(), customer("other_card"))
    assert place.acts == ["plug", "card", f"card {another_card(CARD)}", "unplug"]
    assert place.now_s > 600


def test_who_started_from_afar_only_plugs_in():
    place = Played()
    place.hold(CARD)
    assert told(place, customer("called")).acts == ["card", "plug", "unplug"]


@pytest.mark.parametrize("story", TOLD)
@pytest.mark.parametrize("accepts", [(), (CARD,)])
def test_every_story_ends_without_a_vehicle(story, accepts):
    assert told(Played(accepts), customer(story)).free
