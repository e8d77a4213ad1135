# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The energy of a charger over all its sessions, whatever its meter does."""

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.queries.metered import Metered, metered

from tests.host.central.books.charger import NOW, Charger


@pytest.fixture
def energy(books):
    """energy("GA001", ...) -> its Metered; of several a dictionary."""

    def read(*serials):
        with books.reading() as connection:
            found = metered(connection, serials)
        return found[serials[0]] if len(serials) == 1 else found

    return read


@pytest.fixture
def charger(books):
    return Charger(books)


def later(minutes):
    return f"2026-11-22T{8 + minutes // 60:02}:{minutes % 60:02}:00Z"


def test_a_charger_without_sessions_has_given_nothing(charger, energy):
    charger.boot()
    assert energy("GA001") == Metered(0.0, None, None)
    assert energy("GA001", "nobody") == {"GA001": Metered()}


def test_a_session_that_runs_counts_by_its_last_meter_value(charger, energy):
    number = charger.start()
    assert energy("GA001") == Metered(0.0, 0.0, NOW)
    charger.meter("1700", transaction=number)
    assert energy("GA001") == Metered(700.0, 700.0, NOW)
    charger.stop(number)
    assert energy("GA001") == Metered(1500.0, 1500.0, NOW)


def test_sessions_add_up_over_a_meter_that_is_replaced(charger, energy):
    charger.stop(charger.start())
    number = charger.start(meterStart=0, timestamp=later(0))
    charger.stop(number, meterStop=300, timestamp=later(30))
    assert energy("GA001") == Metered(1800.0, 300.0, NOW + 1800)


def test_a_meter_that_begins_again_within_a_session_takes_nothing_away(charger, energy):
    charger.stop(charger.start())
    number = charger.start(timestamp=later(0))
    charger.meter("10", transaction=number)
    assert energy("GA001").total_wh == 1500.0
    charger.stop(number, meterStop=200, timestamp=later(30))
    assert energy("GA001") == Metered(1500.0, 0.0, NOW + 1800)


def test_a_session_whose_stop_never_came_keeps_what_is_known_of_it(books, charger, energy):
    number = charger.start()
    charger.meter("1700", transaction=number)
    with books.writing() as connection:
        owner.close_session(connection, number, NOW + 60)
    assert energy("GA001").total_wh == 700.0
    charger.stop(charger.start(meterStart=5000, timestamp=later(0)), meterStop=5100, timestamp=later(9))
    assert energy("GA001").total_wh == 800.0


def test_each_charger_has_its_own(books, energy):
    one, other = Charger(books, "one"), Charger(books, "other")
    one.stop(one.start())
    running = other.start()
    other.meter("1001", transaction=running)
    found = energy("one", "other")
    assert (found["one"].total_wh, found["other"].total_wh) == (1500.0, 1.0)


def test_a_charger_that_lies_breaks_nothing(charger, energy):
    for minute in range(3):
        number = charger.start(meterStart=-(2**62), timestamp=later(minute))
        charger.stop(number, meterStop=2**61, timestamp=later(minute))
    assert energy("GA001").total_wh == pytest.approx(3 * (2**62 + 2**61))


def test_a_reading_that_no_charger_means_counts_nothing(charger, energy):
    number = charger.start()
    for value in ("1e308", "-1e308"):
        charger.meter(value, transaction=number, time=later(1))
        assert energy("GA001").total_wh == 0
