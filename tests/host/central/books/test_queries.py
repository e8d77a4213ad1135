# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What commands and pages read."""

from zoneinfo import ZoneInfo

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.owner import Card
from chargerctl.central.books.queries.chargers import all_chargers, complaints_of, configuration_told
from chargerctl.central.books.queries.energy import Energy, energy
from chargerctl.central.books.queries.sessions import Filter, meter_values_of, session, sessions
from chargerctl.central.books.tables import transactions
from sqlalchemy import insert

from tests.host.central.books.charger import NOW, Charger

DAY = 86_400


@pytest.fixture
def year(books):
    """Sessions of two chargers and three cards. The last one runs, the one before it was refused."""
    with books.writing() as connection:
        owner.add_charger(connection, "GA001", NOW, name="Hall")
        owner.add_charger(connection, "GA002", NOW)
        owner.put_cards(connection, [Card("A", name="Ana"), Card("B"), Card("C", blocked=True)], NOW)
    # In local time of Berlin, the second is in January.
    for serial, card, time, wh in (
        ("GA001", "A", "2025-12-31T22:59:59Z", 100),
        ("GA001", "A", "2025-12-31T23:00:00Z", 200),
        ("GA002", "b", "2026-01-15T12:00:00+01:00", 400),
        ("GA002", "A", "2026-02-01T12:00:00Z", 800),
        ("GA001", "C", "2026-02-02T12:00:00Z", 0),
        ("GA001", "A", "2026-02-03T12:00:00Z", None),
    ):
        charger = Charger(books, serial)
        number = charger.start(idTag=card, timestamp=time)
        if wh is not None:
            charger.stop(number, meterStop=1000 + wh, timestamp=time)
    return books


def ids(books, wanted=Filter(), **page):  # noqa: B008
    with books.reading() as connection:
        return [each.id for each in sessions(connection, wanted, **page)]


CHOSEN = [
    (Filter(), [6, 5, 4, 3, 2, 1]),
    (Filter(serial="GA002"), [4, 3]),
    (Filter(id_tag="B"), [3]),
    (Filter(id_tag="a", serial="GA001"), [6, 2, 1]),
    (Filter(running=True), [6]),
    (Filter(running=False, refused=False), [4, 3, 2, 1]),
    (Filter(begin=1_767_222_000.0, end=1_769_947_200.0), [3, 2]),
    (Filter(serial="GA404"), []),
    (Filter(serial="' OR 1=1 --"), []),
]


def test_sessions_are_chosen(year):
    assert [ids(year, wanted) for wanted, _found in CHOSEN] == [found for _wanted, found in CHOSEN]


def test_sessions_come_in_pages(year):
    assert [ids(year, most=4), ids(year, most=4, before=3), ids(year, most=4, before=1)] == [
        [6, 5, 4, 3],
        [2, 1],
        [],
    ]


def test_a_session_has_all_that_is_shown_of_it(year):
    with year.reading() as connection:
        found = session(connection, 1)
        assert session(connection, 99) is None
    assert (found.serial, found.charger_name, found.card_name, found.status) == (
        "GA001",
        "Hall",
        "Ana",
        "Accepted",
    )
    assert (found.energy_wh, found.start_time, found.stop_reason) == (100, "2025-12-31T22:59:59Z", "Local")


def test_a_session_has_its_meter_values(year):
    charger = Charger(year, "GA001")
    charger.meter("1500", transaction=6)
    charger.meter("1400", transaction=6, time="2026-11-22T07:31:00Z")
    Charger(year, "GA002").meter("9", transaction=6)  # not its transaction
    with year.reading() as connection:
        assert [each.value for each in meter_values_of(connection, 6)] == ["1400", "1500"]


def test_meter_values_come_in_pages(year):
    for second in range(3):
        Charger(year, "GA001").meter("1", "2", transaction=6, time=f"2026-11-22T07:45:0{second}Z")
    with year.reading() as connection:
        everything = [*meter_values_of(connection, 6)]
        pages, last = [], None
        while page := [*meter_values_of(connection, 6, most=4, after=last)]:
            pages, last = [*pages, page], page[-1]
    assert [len(page) for page in pages] == [4, 2]
    assert [each for page in pages for each in page] == everything


def test_many_sessions_are_read_a_few_at_a_time(books):
    Charger(books).boot()
    same = {"charger_id": 1, "id_tag": "A", "status": "Accepted", "start_time": "", "started_at": NOW}
    many = [
        same | {"id": each, "start_received_at": NOW, "start_digest": b"%d" % each} for each in range(1, 1201)
    ]
    with books.writing() as connection:
        connection.execute(insert(transactions), many)
    assert ids(books) == list(range(1200, 0, -1))


SUMS = [
    (("card",), [(("A",), "Ana", 3, 1100), (("B",), "", 1, 400), (("C",), "", 1, 0)]),
    (("charger",), [(("GA001",), "Hall", 3, 300), (("GA002",), "", 2, 1200)]),
    (("month",), [(("2025-12",), "", 1, 100), (("2026-01",), "", 2, 600), (("2026-02",), "", 2, 800)]),
    (
        ("card", "month"),
        [
            (("A", "2025-12"), "Ana", 1, 100),
            (("A", "2026-01"), "Ana", 1, 200),
            (("A", "2026-02"), "Ana", 1, 800),
            (("B", "2026-01"), "", 1, 400),
            (("C", "2026-02"), "", 1, 0),
        ],
    ),
]


def test_energy_is_summed_in_the_months_of_the_reader(year):
    for by, sums in SUMS:
        with year.reading() as connection:
            found = energy(connection, Filter(), by, ZoneInfo("Europe/Berlin"))
        assert found == [Energy(*each) for each in sums]


def test_months_depend_on_the_zone(year):
    with year.reading() as connection:
        found = energy(connection, Filter(id_tag="A"), ("month",), ZoneInfo("UTC"))
    assert [each.energy_wh for each in found] == [300, 800]


def test_a_charger_is_shown_with_its_state(year):
    charger = Charger(year, "GA001")
    charger.boot(chargePointModel="ESP32")
    charger.call("StatusNotification", {"connectorId": 1, "status": "Charging", "errorCode": "NoError"})
    charger.meter("1.75", unit="kWh", transaction=6)
    with year.unit() as unit:
        unit.seen("GA001", NOW + 5)
        unit.connected("GA001", "mqtt", NOW + 4)
        unit.working(NOW)
    with year.reading() as connection:
        first, second = all_chargers(connection, NOW)
    assert (first.serial, first.name, first.known, first.allowed, first.transport) == (
        "GA001",
        "Hall",
        True,
        True,
        "mqtt",
    )
    assert (first.last_seen, first.connected_at, first.registration) == (NOW + 5, NOW + 4, "Accepted")
    assert first.boot["chargePointModel"] == "ESP32"
    assert [each["status"] for each in first.connectors] == ["Charging"]
    assert [(each.id, each.id_tag, each.energy_wh) for each in first.running] == [(6, "A", 750)]
    assert (second.serial, second.transport, second.boot, second.running) == ("GA002", "", {}, [])


def test_energy_so_far_is_unknown_where_the_meter_value_is_no_number(year):
    for minute, value in enumerate(["", "much", "nan", "1e400"]):
        Charger(year, "GA001").meter(value, transaction=6, time=f"2026-11-22T07:5{minute}:00Z")
        with year.reading() as connection:
            (charger,) = all_chargers(connection, NOW, "GA001")
        assert charger.running[0].energy_wh is None


def test_it_is_known_whether_a_charger_has_told_its_configuration_again(year):
    keys = [{"key": each, "readonly": False, "value": "1"} for each in ("A", "B")]
    for now in (NOW + 5, NOW + 9):
        with year.unit() as unit:
            unit.charger("GA001").told("GetConfiguration", {}, {"configurationKey": keys}, now)
        with year.reading() as connection:
            assert configuration_told(connection, "GA001") == (2, now)
            assert configuration_told(connection, "GA002") == (0, None)


def test_complaints_are_shown_the_newest_first(year):
    Charger(year, "GA001").stop(77)
    Charger(year, "GA002").stop(78)
    with year.reading() as connection:
        assert [each.transaction_id for each in complaints_of(connection)] == [78, 77]
        assert [each.transaction_id for each in complaints_of(connection, "GA001")] == [77]
        assert len(complaints_of(connection, most=1)) == 1


def test_readers_do_not_wait_for_a_writer(books):
    with books.unit() as unit, books.reading() as connection:
        unit.charger("GA001").registration({}, NOW)
        assert all_chargers(connection, NOW) == []
