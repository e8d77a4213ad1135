# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A session whose stop never came counts until its last meter value, everywhere alike, from the moment it is closed."""

import csv

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.queries.energy import energy
from chargerctl.central.books.queries.metered import metered
from chargerctl.central.books.queries.search_totals import found
from chargerctl.central.books.queries.sessions import Filter, sessions
from chargerctl.central.books.queries.split import energy_between
from chargerctl.central.books.queries.totals import totals
from chargerctl.central.books.tables import transactions
from chargerctl.central.session_file import session_lines

from tests.host.central.books.charger import NOW, START, Charger, call, rows

NEXT = {"meterStart": 5000, "timestamp": "2026-11-22T09:30:00Z"}


@pytest.fixture
def charger(books):
    """GA001. Its session 1 began with 1000 Wh."""
    made = Charger(books)
    made.start()
    return made


@pytest.fixture
def close(books):
    def end(number=1):
        with books.writing() as connection:
            owner.close_session(connection, number, NOW)

    return end


@pytest.fixture
def counted(books):
    """counted() -> what each sum says of the only session, which must be the same."""

    def read():
        with books.reading() as connection:
            each_day = energy_between(connection, Filter(), [NOW - 86_400, NOW + 86_400])
            (row,) = sessions(connection, Filter())
            (line,) = csv.DictReader(session_lines([row]))
            said = {
                "row": row.energy_wh,
                "csv": float(line["energy_kwh"]) * 1000,
                "days": sum(each_day),
                "sums": sum(each.energy_wh for each in energy(connection, Filter(), ("card", "month"), None)),
                "found": found(connection, Filter()).energy_wh,
                "home assistant": metered(connection, ["GA001"])["GA001"].total_wh,
                "session of home assistant": metered(connection, ["GA001"])["GA001"].session_wh,
                "metrics": totals(connection)[0].energy_wh,
            }
        assert len({*said.values()}) == 1, said
        return said["row"]

    return read


def energies(books):
    return rows(books, transactions, "energy_wh")


def test_it_counts_everywhere_alike_once_its_owner_has_closed_it(charger, close, counted):
    charger.meter("1700", "1.0", time="2026-11-22T07:45:00Z")
    charger.meter("1.64", unit="kWh", time="2026-11-22T07:50:00Z")
    close()
    assert counted() == 640


def test_its_stop_counts_if_it_comes(charger, close, counted):
    charger.meter("1700")
    close()
    charger.stop(1)
    assert counted() == 1500


def test_without_a_meter_value_it_has_charged_nothing(charger, close, counted):
    close()
    assert counted() == 0


def test_a_meter_that_began_again_takes_nothing_away(charger, close, counted):
    charger.meter("10")
    close()
    assert counted() == 0


@pytest.mark.parametrize("value", ["much", "1e400", ""])
def test_it_is_not_counted_where_nobody_knows_what_it_charged(books, charger, close, value):
    charger.meter(value)
    close()
    assert energies(books) == [None]


def test_it_counts_as_soon_as_another_one_begins_on_its_connector(books, charger):
    charger.meter("1700")
    assert energies(books) == [None]
    charger.start(**NEXT)
    assert energies(books) == [700, None]


def test_the_meter_values_of_the_same_unit_of_work_count(books, charger):
    """As after an outage: what the charger kept comes at once."""
    value = {"timestamp": "2026-11-22T07:45:00Z", "sampledValue": [{"value": "1700"}]}
    with books.unit() as unit:
        call(unit, "GA001", "MeterValues", {"connectorId": 1, "transactionId": 1, "meterValue": [value]})
        call(unit, "GA001", "StartTransaction", START | NEXT)
    assert energies(books) == [700, None]


def test_meter_values_that_come_later_count(books, charger, close):
    """It was closed while the charger was offline."""
    close()
    charger.meter("1700", time="2026-11-22T07:45:00Z")
    charger.meter("1800", time="2026-11-22T07:50:00Z")
    charger.meter("9000", transaction=2**31)
    assert energies(books) == [800]
    charger.stop(1)
    charger.meter("1900", time="2026-11-22T07:55:00Z")
    assert energies(books) == [1500]


def test_several_that_were_lost_are_closed_by_one_start(books, charger):
    for day in (20, 21):
        charger.start(timestamp=f"2026-11-{day}T07:00:00Z")
    charger.start(**NEXT)
    assert energies(books) == [0, 0, 0, None]


def test_what_is_counted_for_metrics_never_falls(books, charger, close):
    def delivered():
        with books.reading() as connection:
            return totals(connection)[0].energy_wh

    charger.meter("1700", time="2026-11-22T07:45:00Z")
    close()
    assert delivered() == 700
    charger.meter("1600", time="2026-11-22T07:50:00Z")
    assert (energies(books), delivered()) == ([600], 700)
    charger.stop(1, meterStop=1100)
    assert (energies(books), delivered()) == ([100], 700)
    number = charger.start(**NEXT)
    charger.stop(number, meterStop=5050)
    assert delivered() == 750


def test_what_lies_about_its_meter_breaks_no_sum(books, charger, close):
    charger.stop(1, meterStop=2**62)
    for minute in range(3):
        number = charger.start(meterStart=-(2**62), timestamp=f"2026-11-22T10:{minute:02}:00Z")
        charger.stop(number, meterStop=2**61, timestamp=f"2026-11-22T10:{minute:02}:30Z")
    with books.reading() as connection:
        assert totals(connection)[0].energy_wh > 2**63
