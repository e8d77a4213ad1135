# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is read from the books when Prometheus asks."""

from __future__ import annotations

import pytest
from chargerctl.central.books import calls, owner
from chargerctl.central.books.turns import BusyError
from chargerctl.central.metrics import books as of_books
from chargerctl.central.metrics.books import OfBooks
from chargerctl.central.metrics.metrics import Metrics

from tests.host.central.books.charger import NOW, Charger


def charger(books, serial: str = "GA001", online: str | None = "mqtt") -> Charger:
    """In the books, booted, and connected over this transport."""
    with books.writing() as connection:
        owner.add_charger(connection, serial, NOW)
    made = Charger(books, serial)
    made.boot()
    with books.unit() as unit:
        unit.working(NOW)
        unit.seen(serial, NOW)
        unit.connected(serial, online, NOW)
    return made


def status(made: Charger, word: str, connector: int = 1) -> None:
    payload = {"connectorId": connector, "status": word, "errorCode": "NoError"}
    made.call("StatusNotification", payload)


def test_chargers_are_counted_by_connection_and_registration(books, scraped):
    charger(books)
    charger(books, "GA002", "websocket")
    charger(books, "GA003", None)
    found = scraped.series("chargers")
    assert found["mqtt", "Accepted"] == 1
    assert found["websocket", "Accepted"] == 1
    assert found["none", "Accepted"] == 1
    assert scraped.value("charger_online", charger="GA001") == 1
    assert scraped.value("charger_online", charger="GA003") == 0


def test_who_only_asks_to_be_let_in_is_a_number_and_no_label(books, scraped):
    charger(books)
    for number in range(5):
        Charger(books, f"stranger-{number}").boot()
        with books.unit() as unit:
            unit.seen(f"stranger-{number}", NOW)
    assert scraped.value("chargers_asking") == 5
    assert sum(scraped.series("chargers").values()) == 1
    assert [*scraped.series("charger_online")] == [("GA001",)]


def test_a_charger_that_was_removed_is_gone_and_its_energy_stays(books, scraped):
    made = charger(books, online=None)
    made.stop(made.start())
    with books.writing() as connection:
        owner.remove_charger(connection, "GA001")
    assert scraped.series("charger_online") == {}
    assert scraped.value("energy_delivered_joules_total", charger="GA001") == 1500 * 3600


def test_connectors_are_counted_by_status_and_whether_their_charger_is_there(books, scraped):
    there, gone = charger(books), charger(books, "GA002", None)
    status(there, "Charging")
    status(there, "Faulted", 2)
    status(there, "Available", 0)
    status(gone, "Charging")
    assert scraped.value("connectors", status="Charging", online="true") == 1
    assert scraped.value("connectors", status="Charging", online="false") == 1
    assert scraped.value("connectors", status="Available", online="true") == 0
    assert scraped.value("charger_faulted_connectors", charger="GA001") == 1


def test_a_session_is_counted_while_it_runs_and_its_energy_when_it_has_ended(books, scraped):
    made = charger(books)
    number = made.start()
    made.meter("1250", transaction=number)
    assert scraped.value("sessions_running", charger="GA001") == 1
    assert scraped.value("session_energy_joules", charger="GA001") == 250 * 3600
    assert scraped.value("energy_delivered_joules_total", charger="GA001") == 0
    made.stop(number)
    scraped.steady += 60
    assert scraped.value("sessions_running", charger="GA001") == 0
    assert scraped.value("sessions_started_total", charger="GA001") == 1
    assert scraped.value("sessions_stopped_total", charger="GA001") == 1
    assert scraped.value("energy_delivered_joules_total", charger="GA001") == 1500 * 3600


def test_chargers_beyond_the_bound_share_a_series_of_the_counters_and_have_no_gauges(
    books, scraped, monkeypatch
):
    monkeypatch.setattr(of_books, "MOST_CHARGERS", 1)
    for serial in ("GA003", "GA002", "GA001"):
        made = charger(books, serial)
        made.stop(made.start())
    assert scraped.series("energy_delivered_joules_total") == {
        ("GA003",): 1500 * 3600,
        ("other",): 3000 * 3600,
    }
    assert len(scraped.series("charger_online")) == 1
    assert scraped.value("chargers", transport="mqtt", registration="Accepted") == 3


def test_sums_over_all_sessions_are_not_read_more_often_than_they_are_cheap(books):
    made = charger(books)
    steady = iter(range(1000))
    metrics = Metrics()
    metrics.expose(OfBooks(books, lambda: NOW, lambda: next(steady)))  # each look at the clock takes a second

    def stopped():
        return metrics.registry.get_sample_value("chargerctl_sessions_stopped_total", {"charger": "GA001"})

    assert stopped() == 0
    made.stop(made.start())
    assert stopped() == 0
    for _ in range(60):
        stopped()
    assert stopped() == 1


def test_calls_and_workers_are_read(books, scraped):
    charger(books)
    with books.writing() as connection:
        calls.ask(connection, "GA001", "ClearCache", {}, 30, NOW)
    assert scraped.value("calls_waiting", state="queued") == 1
    assert scraped.value("calls_waiting", state="sent") == 0
    assert scraped.value("workers") == 1
    assert scraped.value("worker_last_seen_timestamp_seconds", worker="works") == NOW
    assert scraped.value("worker_chargers", worker="works") == 1
    scraped.now += 60
    assert scraped.value("workers") == 0


def test_the_size_of_the_frames_is_there_once_it_was_measured(books, scraped):
    charger(books)
    assert scraped.value("books_frames_characters") is None
    books.tidy(NOW)
    with books.unit() as unit:
        unit.frame("GA001", False, "x" * 50, NOW)
    assert scraped.value("books_frames_characters") == 50


@pytest.mark.parametrize("table", ["chargers", "lease_workers"])
def test_books_that_cannot_be_read_are_said_to_be_down_and_the_rest_is_there(books, scraped, table):
    with books.writing() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO elsewhere")
    assert scraped.value("books_up") == 0
    assert scraped.value("workers") is None
    assert scraped.value("unit_failures_total", reason="books") == 0


def test_books_that_can_be_read_are_up(scraped):
    assert scraped.value("books_up") == 1
    assert scraped.value("books_read_seconds") == 0


def test_who_asks_while_too_many_do_is_told_so_not_that_the_books_are_gone(books, monkeypatch):
    monkeypatch.setattr(of_books, "_AT_ONCE", 0)
    monkeypatch.setattr(of_books, "_WAITING", 0)
    found = OfBooks(books)
    with pytest.raises(BusyError):
        list(found.collect())
