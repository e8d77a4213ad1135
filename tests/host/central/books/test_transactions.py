# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Each start and stop is booked once, whatever a charger repeats, mixes up or invents."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.charger import MOST_CONNECTORS
from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.queries.chargers import all_chargers
from chargerctl.central.books.queries.sessions import Filter, sessions
from chargerctl.central.books.tables import (
    LARGEST_TRANSACTION_ID,
    complaints,
    connectors,
    meter_values,
    transactions,
)
from chargerctl.errors import InputError
from sqlalchemy import text, update

from tests.host.central.books.charger import NOW, START, STOP, Charger, call, rows


@pytest.fixture
def charger(books):
    return Charger(books)


def test_a_stop_books_the_energy(charger, books):
    number = charger.start(meterStart=1000)
    assert rows(books, transactions, "id", "energy_wh", "stopped_at") == [(1, None, None)]
    charger.stop(number, meterStop=2500)
    assert rows(books, transactions, "id", "energy_wh", "stopped_at") == [(1, 1500, NOW + 3600)]


def test_ids_are_unique_over_all_chargers(books):
    one, other = Charger(books, "GA001"), Charger(books, "GA002")
    assert sorted([one.start(), other.start(), one.start(meterStart=7), other.start(meterStart=7)]) == [
        1,
        2,
        3,
        4,
    ]


def test_the_same_start_is_the_same_transaction_also_after_a_restart(opened):
    first = Charger(opened()).start()
    assert Charger(opened()).start() == first
    assert rows(opened(), transactions, "id") == [first]


def test_one_start_gets_one_id_before_it_is_booked(books):
    with books.unit() as unit:
        of_one, of_other = unit.charger("GA001"), unit.charger("GA002")
        assert of_one.transaction_id(START) == of_one.transaction_id(START) != of_other.transaction_id(START)


@pytest.mark.parametrize("policy", [Policy.ACCEPT, Policy.LEARN])
def test_what_cannot_be_booked_gets_no_answer(opened, policy):
    books = opened(Policies(policy, policy))
    with pytest.raises(RuntimeError, match="cannot have a row"):
        Charger(books, "...").start()


def test_a_start_and_its_stop_may_come_in_one_unit(books):
    with books.unit() as unit:
        number = call(unit, "GA001", "StartTransaction", START)["transactionId"]
        call(unit, "GA001", "StopTransaction", STOP | {"transactionId": number})
        assert call(unit, "GA001", "StartTransaction", START)["transactionId"] == number
    assert rows(books, transactions, "energy_wh") == [1500]


def test_what_was_not_kept_is_not_there(books):
    with contextlib.suppress(ZeroDivisionError), books.unit() as unit:
        call(unit, "GA001", "StartTransaction", START)
        unit.frame("GA001", False, "[]", NOW)
        1 / 0  # noqa: B018
    assert rows(books, transactions, "id") == []
    assert Charger(books).start() in (1, 2)  # a sequence of PostgreSQL does not go back


def test_two_workers_never_double_a_start(opened):
    """SQLite has one writer at a time; in PostgreSQL the second fails, and finds the first when it tries again."""
    first, second = opened(), opened()
    with ThreadPoolExecutor() as pool:
        ids = list(pool.map(lambda books: _until_kept(Charger(books)), [first, second] * 8))
    assert len(set(ids)) == 1
    assert len(rows(first, transactions, "id")) == 1


def test_a_start_that_another_worker_has_just_booked_is_no_bug_and_is_found_again(opened):
    """In PostgreSQL two may look before either has written."""
    first, second = opened(), opened()
    if not first.place.startswith("127.0.0.1"):
        return  # SQLite has one writer at a time
    Charger(first).boot()
    looked, errors = threading.Barrier(2, timeout=60), []

    def start(books):
        try:
            with books.unit() as unit:
                charger = unit.charger("GA001")
                number = charger.transaction_id(START)
                looked.wait()
                answer = {"transactionId": number, "idTagInfo": {"status": "Accepted"}}
                try:
                    charger.book("StartTransaction", START, answer, NOW)
                except Exception as error:
                    errors.append(error)
                    raise
        except BooksError:
            return Charger(books).start()
        return number

    with ThreadPoolExecutor() as pool:
        assert len(set(pool.map(start, [first, second]))) == 1
    assert [type(error) for error in errors] == [BooksError]


def _until_kept(charger):
    for _each in range(20):
        with contextlib.suppress(BooksError):
            return charger.start()
    raise AssertionError("it is never kept")


def test_a_refused_start_is_booked_with_its_status(opened):
    charger = Charger(opened(Policies(Policy.ACCEPT, Policy.REFUSE)))
    number = charger.start()
    charger.stop(number)
    assert rows(charger.books, transactions, "id", "status", "energy_wh") == [(number, "Invalid", 1500)]


def running(books):
    with books.reading() as connection:
        return [each.id for each in sessions(connection, Filter(running=True))]


def test_a_new_start_on_its_connector_ends_the_wait_for_a_stop_that_never_came(charger, books):
    lost = charger.start()
    other = charger.start(connectorId=2)
    Charger(books, "GA002").start()
    assert len(running(books)) == 3
    charger.now = NOW + 60
    new = charger.start(meterStart=2000, timestamp="2026-11-22T09:30:00Z")
    assert lost not in running(books)
    assert {new, other} < set(running(books))
    with books.reading() as connection:
        assert lost in [each.id for each in sessions(connection, Filter(running=False))]
        assert [each.id for each in all_chargers(connection, NOW, "GA001")[0].running] == [other, new]


def test_an_older_start_that_comes_late_ends_nothing(charger, books):
    charger.now = NOW + 7200
    new = charger.start(timestamp="2026-11-22T09:30:00Z")
    older = charger.start()
    assert set(running(books)) == {new, older}


def test_a_session_that_its_owner_has_closed_runs_no_more_and_its_stop_counts_if_it_comes(charger, books):
    number = charger.start()
    with books.writing() as connection:
        owner.close_session(connection, number, NOW)
    assert running(books) == []
    with pytest.raises(InputError, match="no session 1 runs"), books.writing() as connection:
        owner.close_session(connection, number, NOW)
    charger.stop(number)
    assert rows(books, transactions, "energy_wh") == [1500]
    assert rows(books, complaints, "id") == []


def test_a_repeated_stop_counts_once(charger, books):
    number = charger.start(meterStart=0)
    for _each in range(3):
        charger.stop(number, meterStop=100)
    assert rows(books, transactions, "energy_wh") == [100]
    assert rows(books, complaints, "reason") == []


def test_another_stop_of_the_same_transaction_is_a_complaint(charger, books):
    number = charger.start(meterStart=0)
    charger.stop(number, meterStop=100)
    for _each in range(2):
        charger.stop(number, meterStop=200)
    assert rows(books, transactions, "energy_wh") == [100]
    ((reason, action, payload),) = rows(books, complaints, "reason", "action", "payload")
    assert "twice" in reason
    assert action == "StopTransaction"
    assert '"meterStop":200' in payload


def test_a_stop_of_no_transaction_is_kept_as_a_complaint(charger, books):
    for number in (-1, 0, 77, 2**31, 2**63):
        charger.stop(number)
    answered, *others = rows(books, complaints, "reason", "transaction_id")
    assert answered == ("a transaction ended whose start was never answered", -1)
    assert others == [("a transaction ended that was never started", each) for each in (0, 77, 2**31, None)]


def test_a_charger_cannot_stop_the_transaction_of_another(books):
    number = Charger(books, "GA001").start()
    Charger(books, "GA002").stop(number)
    assert rows(books, transactions, "stopped_at") == [None]
    assert "another charger" in rows(books, complaints, "reason")[0]


def test_numbers_beyond_64_bits_are_kept_as_a_complaint(charger, books):
    number = charger.start(meterStart=10**30, connectorId=10**30, reservationId=-(10**30))
    charger.stop(number, meterStop=5)
    assert rows(books, transactions, "meter_start", "connector_id", "energy_wh") == [(None, None, None)]
    assert len(rows(books, complaints, "id")) == 2
    assert str(10**30) in rows(books, complaints, "payload")[0]


def test_energy_beyond_64_bits_is_not_invented(charger, books):
    number = charger.start(meterStart=-(2**63))
    charger.stop(number, meterStop=2**63 - 1)
    assert rows(books, transactions, "energy_wh") == [None]


def test_energy_that_runs_backwards_is_booked_and_a_complaint(charger, books):
    number = charger.start(meterStart=100)
    charger.stop(number, meterStop=40)
    assert rows(books, transactions, "energy_wh") == [-60]
    assert "less energy" in rows(books, complaints, "reason")[0]


def test_characters_that_a_database_refuses_are_replaced(charger, books):
    number = charger.start(idTag="a\0\ud800b")
    charger.stop(number, idTag="\udfff", reason="Other")
    assert rows(books, transactions, "id_tag", "stop_id_tag") == [("A␀\ufffdB", "\ufffd")]


def test_a_clock_that_is_not_set_does_not_date_a_transaction(charger, books):
    number = charger.start(timestamp="1970-01-01T00:00:07Z")
    charger.now += 60
    charger.stop(number, timestamp="9999-12-31T23:59:59Z")
    ((start_time, started, stop_time, stopped),) = rows(
        books, transactions, "start_time", "started_at", "stop_time", "stopped_at"
    )
    assert (start_time, started) == ("1970-01-01T00:00:07Z", NOW)
    assert (stop_time, stopped) == ("9999-12-31T23:59:59Z", NOW + 60)


def test_a_start_that_was_queued_for_weeks_keeps_its_time(charger, books):
    charger.start(timestamp="2026-10-01T07:30:00+02:00")
    assert rows(books, transactions, "started_at") == [1_790_832_600.0]


def test_a_stop_may_lie_before_its_start(charger, books):
    number = charger.start(timestamp="2026-11-22T07:30:00Z")
    charger.stop(number, timestamp="2026-11-22T07:00:00Z")
    assert rows(books, transactions, "energy_wh", "stopped_at") == [(1500, NOW - 1800)]


def test_the_ids_end_with_the_last_that_fits(books):
    charger = Charger(books)
    with books.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT setval('transaction_ids', {LARGEST_TRANSACTION_ID - 1})"))
    if not books.place.startswith("127.0.0.1"):
        charger.start(idTag="before")
        with books.writing() as connection:
            connection.execute(update(transactions).values(id=LARGEST_TRANSACTION_ID - 1))
    assert charger.start() == LARGEST_TRANSACTION_ID
    with pytest.raises(BooksError):
        charger.start(meterStart=1)
    assert charger.start() == LARGEST_TRANSACTION_ID


def test_meter_values_keep_everything_the_charger_said(charger, books):
    charger.meter("0012.50", phase="L1-N", measurand="Voltage", unit="V", context="Trigger", location="EV")
    columns = (
        "value",
        "measurand",
        "unit",
        "context",
        "phase",
        "location",
        "format",
        "time",
        "at",
        "transaction_id",
    )
    assert rows(books, meter_values, *columns) == [
        ("0012.50", "Voltage", "V", "Trigger", "L1-N", "EV", "Raw", "2026-11-22T07:45:00Z", NOW + 900, 1)
    ]


def test_what_meter_values_do_not_say_is_filled_in(charger, books):
    charger.meter("1500")
    charger.meter("230", measurand="Voltage", transaction=None)
    columns = ("measurand", "unit", "context", "location", "format", "transaction_id")
    assert rows(books, meter_values, *columns) == [
        ("Energy.Active.Import.Register", "Wh", "Sample.Periodic", "Outlet", "Raw", 1),
        ("Voltage", "", "Sample.Periodic", "Outlet", "Raw", None),
    ]


def test_repeated_meter_values_are_kept_once(charger, books):
    for _each in range(3):
        charger.meter("1500", "1501")
    charger.meter("1501", "1502")
    assert rows(books, meter_values, "value") == ["1500", "1501", "1502"]


def test_meter_values_may_come_after_the_stop_and_with_it(charger, books):
    number = charger.start()
    sampled = {
        "timestamp": "2026-11-22T08:30:00Z",
        "sampledValue": [{"value": "2500", "context": "Transaction.End"}],
    }
    charger.stop(number, transactionData=[sampled])
    charger.meter("1700", transaction=number)
    assert rows(books, meter_values, "value", "transaction_id") == [("2500", number), ("1700", number)]


def test_meter_values_of_hostile_content_are_kept(charger, books):
    charger.meter("\0\ud800x", transaction=10**30, time="2026-11-22\x0007:45:00+23:59")
    assert rows(books, meter_values, "value", "transaction_id") == [("␀\ufffdx", None)]


def test_a_decimal_of_a_whole_number_is_one(charger, books):
    number = charger.start(meterStart=Decimal("7.0"))
    charger.stop(number, meterStop=Decimal("9.5"))
    assert rows(books, transactions, "meter_start", "meter_stop") == [(7, None)]


def test_a_status_of_each_connector_is_kept_the_last_one_received(charger, books):
    for status, time in (("Available", "2026-11-22T07:30:00Z"), ("Charging", "2020-01-01T00:00:00Z")):
        payload = {
            "connectorId": 1,
            "status": status,
            "errorCode": "NoError",
            "timestamp": time,
            "info": "\0",
        }
        charger.call("StatusNotification", payload)
    charger.call("StatusNotification", {"connectorId": 0, "status": "Available", "errorCode": "NoError"})
    charger.call("StatusNotification", {"connectorId": 2**63, "status": "Faulted", "errorCode": "OtherError"})
    assert rows(books, connectors, "connector_id", "status", "info") == [
        (0, "Available", ""),
        (1, "Charging", "␀"),
    ]
    assert "connectorId" in rows(books, complaints, "reason")[0]


def test_a_charger_cannot_fill_the_books_with_connectors(charger, books):
    for connector in (*range(-2, MOST_CONNECTORS + 5), 2**31, 2**62):
        charger.call(
            "StatusNotification", {"connectorId": connector, "status": "Available", "errorCode": "NoError"}
        )
    assert rows(books, connectors, "connector_id") == list(range(MOST_CONNECTORS + 1))
    assert len(rows(books, complaints, "id")) == 8
