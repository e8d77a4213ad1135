# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Energy by day: a session over midnight counts on both days, and the days add up to the sessions."""

import tracemalloc
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.queries.found import found
from chargerctl.central.books.queries.sessions import Filter, sessions
from chargerctl.central.books.queries.split import energy_between, energy_from_to
from chargerctl.central.books.tables import chargers, meter_values, transactions
from chargerctl.central.days import days_between, midnight
from sqlalchemy import insert

from tests.host.central.books.charger import NOW, Charger

BERLIN = ZoneInfo("Europe/Berlin")
# Begins and ends of 24 October to 27 October: the 25th has 25 hours.
AUTUMN = [midnight(date(2026, 10, day), BERLIN) for day in range(24, 28)]


def charge(books, begin, end, wh, *readings, serial="GA001", meter_start=1000):
    """A session; readings: (time, value) or (time, value, more of the sample)."""
    charger = Charger(books, serial)
    number = charger.start(timestamp=begin, meterStart=meter_start)
    for time, value, *more in readings:
        charger.meter(value, transaction=number, time=time, **(more[0] if more else {}))
    if end is not None:
        charger.stop(number, timestamp=end, meterStop=meter_start + wh)
    return number


def by_day(books, moments=AUTUMN, wanted=Filter()):  # noqa: B008
    with books.reading() as connection:
        return energy_between(connection, wanted, moments)


def test_a_session_within_a_day_counts_on_it(books):
    charge(books, "2026-10-23T23:59:59+02:00", "2026-10-23T23:59:59+02:00", 1)
    charge(books, "2026-10-24T00:00:00+02:00", "2026-10-24T12:00:00+02:00", 20)
    charge(books, "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", 300)
    charge(books, "2026-10-26T20:00:00+01:00", "2026-10-27T00:00:00+01:00", 4000)
    charge(books, "2026-10-27T00:00:00+01:00", "2026-10-28T00:00:00+01:00", 50000)
    assert by_day(books) == [1, 20, 300, 4000, 50000]


def test_the_meter_says_what_was_charged_before_midnight(books):
    charge(
        books,
        "2026-10-24T22:00:00+02:00",
        "2026-10-25T04:00:00+01:00",
        10_000,
        ("2026-10-24T22:30:00+02:00", "4000"),
        ("2026-10-24T23:50:00+02:00", "6000"),
        ("2026-10-25T00:10:00+02:00", "7.0", {"unit": "kWh"}),
        ("2026-10-25T02:00:00+01:00", "10000"),
    )
    assert by_day(books) == [0, 5500, 4500, 0, 0]


def test_a_meter_value_of_midnight_is_what_was_charged_until_then(books):
    midnight_value = ("2026-10-25T00:00:00+02:00", "1250")
    charge(books, "2026-10-24T22:00:00+02:00", "2026-10-25T01:00:00+02:00", 1000, midnight_value)
    assert by_day(books)[1:3] == [250, 750]


def test_without_meter_values_it_is_spread_over_its_time(books):
    """From 20:00 to 08:00: 13 hours in this night, and 12 in the next."""
    charge(books, "2026-10-24T20:00:00+02:00", "2026-10-25T08:00:00+01:00", 13_000)
    charge(books, "2026-10-25T20:00:00+01:00", "2026-10-26T08:00:00+01:00", 12_000, serial="GA002")
    assert by_day(books) == [0, 4000, 9000 + 4000, 8000, 0]


def test_a_session_of_many_days_counts_on_each(books):
    charge(books, "2026-10-23T00:00:00+02:00", "2026-10-28T00:00:00+01:00", 121_000)
    assert by_day(books) == [24_000, 24_000, 25_000, 24_000, 24_000]


def test_only_readings_of_its_own_energy_register_count(books):
    other = charge(books, "2026-10-24T23:00:00+02:00", None, 0, serial="GA002")
    number = charge(
        books,
        "2026-10-24T23:00:00+02:00",
        "2026-10-25T01:00:00+02:00",
        1000,
        ("2026-10-24T23:59:00+02:00", "1900", {"phase": "L1"}),
        ("2026-10-24T23:59:01+02:00", "1900", {"location": "Inlet"}),
        ("2026-10-24T23:59:02+02:00", "7400", {"measurand": "Power.Active.Import", "unit": "W"}),
        ("2026-10-24T22:59:00+02:00", "1900"),  # before it began
        ("2026-10-25T01:00:01+02:00", "1000"),  # after it had ended
    )
    Charger(books, "GA002").meter("1900", transaction=number, time="2026-10-24T23:59:03+02:00")
    assert other != number
    assert by_day(books)[1:3] == [500, 500]


@pytest.mark.parametrize("value", ["", "much", "nan", "inf", "-1e308", "1e308", "-5", "99999999999999"])
def test_whatever_a_meter_value_says_the_days_add_up(books, value):
    charge(
        books,
        "2026-10-24T23:00:00+02:00",
        "2026-10-25T01:00:00+02:00",
        1000,
        ("2026-10-24T23:59:00+02:00", value),
        ("2026-10-25T00:01:00+02:00", "-1e308"),
    )
    found_days = by_day(books)
    assert sum(found_days) == 1000
    assert min(found_days) >= 0


def test_less_energy_at_the_end_counts_where_it_ended(books):
    """The meter was replaced, or counts backwards; the sums of the sessions have it, too."""
    charge(books, "2026-10-24T23:00:00+02:00", "2026-10-25T01:00:00+02:00", -400)
    charge(books, "2026-10-25T05:00:00+01:00", "2026-10-24T05:00:00+02:00", 100, serial="GA002")
    assert by_day(books) == [0, 0, -300, 0, 0]


def test_what_has_no_energy_is_not_in_the_days(books):
    charge(books, "2026-10-24T23:00:00+02:00", None, 0)
    charge(books, "2026-10-24T23:00:00+02:00", None, 0, ("2026-10-24T23:30:00+02:00", "1"), serial="GA003")
    charge(books, "2026-10-24T23:00:00+02:00", "2026-10-25T01:00:00+02:00", 2**70, serial="GA002")
    assert by_day(books) == [0, 0, 0, 0, 0]


LONG = (
    # Since 30 hours before midnight; hourly values around it; none before it.
    (
        "2026-10-23T18:00:00+02:00",
        ("2026-10-24T23:59:00+02:00", "41000"),
        ("2026-10-25T00:59:00+02:00", "43000"),
    ),
    (
        "2026-10-24T22:00:00+02:00",
        ("2026-10-24T23:30:00+02:00", "11000"),
        ("2026-10-25T00:30:00+02:00", "23000"),
    ),
    ("2026-10-24T23:00:00+02:00", ("2026-10-25T01:00:00+02:00", "4000")),
)


def test_no_day_changes_when_its_sessions_end(books):
    numbers = [
        charge(books, begin, None, 0, *values, serial=f"GA{place}")
        for place, (begin, *values) in enumerate(LONG)
    ]

    def the_25th():
        with books.reading() as connection:
            return energy_from_to(connection, Filter(), AUTUMN[1:3])

    assert the_25th() == [2000 - 33 + 6000 + 1500]
    running = the_25th()
    for place, (number, (_begin, *values)) in enumerate(zip(numbers, LONG, strict=True)):
        at, value = values[-1]
        Charger(books, f"GA{place}").stop(number, timestamp=at, meterStop=int(value))
        assert the_25th() == running


def test_only_those_that_could_have_charged_then_are_read(books):
    charge(books, "2026-10-23T10:00:00+02:00", "2026-10-23T12:00:00+02:00", 20)
    late = charge(books, "2026-10-23T10:00:00+02:00", "2026-10-25T12:00:00+01:00", 20, serial="GA002")
    closed = charge(books, "2026-10-23T10:00:00+02:00", None, 0, serial="GA003")
    runs = charge(books, "2026-10-23T10:00:01+02:00", None, 0, serial="GA003")
    assert sorted(ids(books, charged_after=AUTUMN[1])) == sorted([late, closed, runs])
    assert ids(books, charged_after=NOW + 1e6) == [runs]


def test_only_sessions_that_are_wanted_count(books):
    charge(books, "2026-10-24T10:00:00+02:00", "2026-10-24T12:00:00+02:00", 20)
    charge(books, "2026-10-24T23:00:00+02:00", "2026-10-25T01:00:00+02:00", 1000, serial="GA002")
    assert by_day(books, wanted=Filter(serial="GA002")) == [0, 500, 500, 0, 0]
    assert by_day(books, wanted=Filter(serial="GA404")) == [0] * 5
    assert by_day(books, moments=[]) == [1020]


def put_many(books, count):
    """Nights of 8 hours, one an hour, with a meter value each; made at once, for a charger's calls would take minutes."""
    with books.writing() as connection:
        connection.execute(insert(chargers).values(id=1, serial="GA001", first_seen=NOW))
        for begin in range(1, count + 1, 10_000):
            numbers = range(begin, min(begin + 10_000, count + 1))
            connection.execute(insert(transactions), [_night(each) for each in numbers])
            connection.execute(insert(meter_values), [_reading(each) for each in numbers])


def _night(number):
    begin = AUTUMN[0] - (number % 500) * 3600
    return {
        "id": number,
        "charger_id": 1,
        "id_tag": "A",
        "status": "Accepted",
        "meter_start": 0,
        "start_time": "",
        "started_at": begin,
        "start_received_at": begin,
        "start_digest": b"%d" % number,
        "energy_wh": 8000 + number % 7,
        "stopped_at": begin + 8 * 3600,
        "stop_received_at": begin + 8 * 3600,
    }


def _reading(number):
    begin = AUTUMN[0] - (number % 500) * 3600
    return {
        "charger_id": 1,
        "connector_id": 1,
        "transaction_id": number,
        "time": "",
        "at": begin + 4 * 3600,
        "received_at": begin,
        "value": "3000",
        "context": "Sample.Periodic",
        "format": "Raw",
        "measurand": "Energy.Active.Import.Register",
        "phase": "",
        "location": "Outlet",
        "unit": "Wh",
        "digest": b"%d" % number,
    }


# As little memory for 100,000, which take long to enter: `make soak`.
@pytest.mark.parametrize("count", [6000, pytest.param(100_000, marks=pytest.mark.soak)])
def test_many_sessions_take_little_memory_and_add_up(books, count):
    put_many(books, count)
    days = days_between(AUTUMN[0] - 30 * 86400, AUTUMN[-1], BERLIN, 92)
    tracemalloc.start()
    found_days = by_day(books, days.begins)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(found_days) == sum(8000 + number % 7 for number in range(1, count + 1))
    assert len([each for each in found_days if each > 0]) > 20
    assert peak < 8e6


def test_a_search_is_counted_with_what_runs(books):
    charge(books, "2026-10-24T10:00:00Z", "2026-10-24T12:00:00Z", 20)
    charge(books, "2026-10-25T10:00:00Z", None, 0, ("2026-10-25T23:30:00Z", "5000"), serial="GA002")
    with books.reading() as connection:
        all_of_them = found(connection, Filter())
        first = found(connection, Filter(serial="GA001"))
        none = found(connection, Filter(serial="GA404"))
    assert (all_of_them.sessions, all_of_them.running, all_of_them.energy_so_far_wh) == (2, 1, 4000)
    assert all_of_them.last - all_of_them.first == 86_400
    assert (first.sessions, first.running, first.last - first.first) == (1, 0, 7200)
    assert (none.sessions, none.first, none.last) == (0, None, None)


def ids(books, **wanted):
    with books.reading() as connection:
        return [each.id for each in sessions(connection, Filter(**wanted))]


def test_sessions_are_found_by_parts_of_names_and_by_state(books):
    with books.writing() as connection:
        owner.add_charger(connection, "GA001", NOW, name="Hall 100% north")
        owner.put_cards(
            connection, [owner.Card("04A1B2C3", name="Ana_Ö"), owner.Card("FF", blocked=True)], NOW
        )
    stopped = charge(books, "2026-10-24T10:00:00Z", "2026-10-24T12:00:00Z", 20)
    refused = Charger(books, "GA002").start(idTag="FF")
    no_stop = Charger(books, "GA003").start(idTag="EE", timestamp="2026-10-24T10:00:00Z")
    running = Charger(books, "GA003").start(idTag="EE")
    found_of = {
        name: ids(books, **wanted)
        for name, wanted in {
            "name": {"charger": "hall"},
            "percent": {"charger": "0% n"},
            "serial": {"charger": "ga00"},
            "wildcards": {"charger": "%"},
            "uid": {"card": "b2"},
            "card name": {"card": "ana_"},
            "no wildcard": {"card": "a_a"},
            "quotes": {"card": "' OR 1=1 --"},
            "nul": {"card": "\0"},
            "stopped": {"state": "stopped"},
            "refused": {"state": "refused"},
            "no stop": {"state": "no_stop"},
            "running": {"state": "running"},
        }.items()
    }
    assert found_of == {
        "name": [stopped],
        "percent": [stopped],
        "serial": [running, no_stop, refused, stopped],
        "wildcards": [stopped],
        "uid": [stopped],
        "card name": [stopped],
        "no wildcard": [],
        "quotes": [],
        "nul": [],
        "stopped": [stopped],
        "refused": [refused],
        "no stop": [no_stop],
        "running": [running],
    }
