# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The states of chargers, as the books have them."""

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.owner import Card
from chargerctl.central.live.read import read_states
from sqlalchemy import event

from tests.host.central.books.charger import NOW, Charger, call

# The session of Charger.start() began at NOW, its register at 1000 Wh.
MINUTE = 60


def time(seconds):
    """As a charger writes NOW + seconds."""
    minutes, second = divmod(30 * MINUTE + seconds, 60)
    return f"2026-11-22T{7 + minutes // 60:02}:{minutes % 60:02}:{second:02}Z"


def energy(value, unit="Wh", **more):
    return {"value": value, "unit": unit, **more}


def power(value, unit="W", **more):
    return {"value": value, "unit": unit, "measurand": "Power.Active.Import", **more}


def meter(charger, seconds, *samples, transaction=1, connector=1, received=None):
    payload = {
        "connectorId": connector,
        "meterValue": [{"timestamp": time(seconds), "sampledValue": list(samples)}],
    }
    if transaction is not None:
        payload["transactionId"] = transaction
    charger.now = NOW + (seconds if received is None else received)
    charger.call("MeterValues", payload)


def status(charger, connector=1, status="Charging", **more):
    payload = {"connectorId": connector, "status": status, "errorCode": "NoError"} | more
    charger.call("StatusNotification", payload)


@pytest.fixture
def charger(books):
    """GA001, whose session 1 has begun at NOW."""
    made = Charger(books)
    made.start()
    return made


@pytest.fixture
def running(charger, states):
    """running(seconds) -> session 1, at NOW + seconds."""
    return lambda seconds=0: states(NOW + seconds)["GA001"].sessions[0]


def test_a_charger_has_all_that_is_shown_of_it(books, states):
    with books.writing() as connection:
        owner.add_charger(connection, "GA001", NOW, name="Hall")
        owner.put_cards(connection, [Card("04A1B2C3", name="Ana")], NOW)
    charger = Charger(books)
    charger.boot(firmwareVersion="3.0")
    status(charger, 0, "Available")
    status(charger, 1, "Charging", errorCode="WeakSignal", info="far", vendorErrorCode="W1")
    charger.start()
    with books.unit() as unit:
        unit.working(NOW)
        unit.connected("GA001", "mqtt", NOW)
        unit.seen("GA001", NOW + 1)
    found = states()["GA001"]
    assert (found.name, found.known, found.allowed, found.transport, found.last_seen) == (
        "Hall",
        True,
        True,
        "mqtt",
        NOW + 1,
    )
    assert (found.registration, found.vendor, found.model, found.firmware) == (
        "Accepted",
        "GA Make",
        "ESP32-C6",
        "3.0",
    )
    assert [(each.id, each.status, each.error_code, each.info) for each in found.connectors] == [
        (0, "Available", "NoError", ""),
        (1, "Charging", "WeakSignal", "far"),
    ]
    [session] = found.sessions
    assert (session.id, session.id_tag, session.card_name, session.started_at) == (1, "04A1B2C3", "Ana", NOW)
    assert found.word == "Charging"


def test_a_charger_whose_worker_is_dead_is_offline(books, states):
    with books.unit() as unit:
        unit.working(NOW)
        unit.connected("GA001", "mqtt", NOW)
    assert [states(now)["GA001"].online for now in (NOW, NOW + 14, NOW + 16)] == [True, True, False]


def test_they_are_in_the_order_of_their_serials_and_one_can_be_asked_for(books, states):
    for serial in ("GA2", "GA1", "GA3"):
        charger = Charger(books, serial)
        charger.boot()
        status(charger)
        charger.start()
    assert list(states()) == ["GA1", "GA2", "GA3"]
    one = states(serial="GA2")
    assert one == {"GA2": states()["GA2"]}
    assert [each.id for each in one["GA2"].sessions] == [1]
    assert states(serial="GA404") == {}


def test_a_session_that_has_ended_or_whose_card_was_refused_does_not_run(books, states):
    with books.writing() as connection:
        owner.put_cards(connection, [Card("BAD", blocked=True)], NOW)
    charger = Charger(books)
    charger.stop(charger.start())
    charger.start(idTag="BAD")
    assert states()["GA001"].sessions == ()


def test_the_energy_of_a_session_is_that_since_its_start(charger, running):
    assert running().energy_wh == 0
    meter(charger, 30, energy("1100"), power("9000"))
    meter(charger, 60, energy("1.25", "kWh"), power("9000"))
    assert running().energy_wh == 250


def test_energy_counts_that_many_other_values_have_followed(charger, running):
    meter(charger, 30, energy("1100"))
    for minute in range(1, 12):
        meter(charger, minute * MINUTE, power("9000"))
    assert running().energy_wh == 100


POWERS = [
    ([power("7200")], 7200),
    ([power("7.2", "kW")], 7200),
    ([power("7.2", "kW", phase="L1-N"), power("1000", phase="L2-N"), power("800", phase="L3")], 9000),
    ([power("7200"), power("2400", phase="L1"), power("0", phase="N")], 7200),
    ([power("7200", location="Inlet")], None),
    ([power("7200", format="SignedData")], None),
    ([power("nonsense")], None),
    ([power("nan")], None),
    ([power("1e400")], None),
    ([{"value": "7200", "measurand": "Power.Offered", "unit": "W"}], None),
]


@pytest.mark.parametrize(("samples", "watts"), POWERS)
def test_power_is_as_the_charger_told_it(charger, running, samples, watts):
    meter(charger, 30, *samples)
    assert running(30).power_w == watts


def test_the_last_power_counts(charger, running):
    meter(charger, 60, power("2000", phase="L1"), power("2000", phase="L2"), power("2000", phase="L3"))
    meter(charger, 120, power("1000", phase="L1"))  # the car has changed to one phase
    assert running(120).power_w == 1000


def test_power_is_known_for_three_intervals_of_the_charger(books, charger, running):
    keys = [{"key": "MeterValueSampleInterval", "readonly": False, "value": "600"}]
    with books.unit() as unit:
        unit.charger("GA001").told("GetConfiguration", {}, {"configurationKey": keys}, NOW)
    meter(charger, 30, power("7200"))
    assert [running(30 + late).power_w for late in (0, 1800, 1801)] == [7200, 7200, None]


@pytest.mark.parametrize("value", ["0", "-1", "", "x", None])
def test_power_is_known_for_a_quarter_of_an_hour_where_the_interval_is_not(books, charger, running, value):
    keys = [{"key": "MeterValueSampleInterval", "readonly": False, "value": value}]
    with books.unit() as unit:
        unit.charger("GA001").told("GetConfiguration", {}, {"configurationKey": keys}, NOW)
    meter(charger, 30, power("7200"))
    assert [running(30 + late).power_w for late in (900, 901)] == [7200, None]


def test_power_that_was_measured_long_before_it_came_is_not_the_power_now(charger, running):
    meter(charger, 30, power("7200"), received=3600)
    assert running(3600).power_w is None


def test_power_of_a_charger_whose_clock_cannot_be_right_is_as_old_as_its_message(charger, running):
    charger.call(
        "MeterValues",
        {
            "connectorId": 1,
            "transactionId": 1,
            "meterValue": [{"timestamp": "1970-01-01T00:00:00Z", "sampledValue": [power("7200")]}],
        },
    )
    assert [running(0).power_w, running(901).power_w] == [7200, None]


def test_power_is_that_between_the_last_energy_readings_where_it_is_not_told(charger, running):
    meter(charger, 0, energy("1000"))
    assert running(0).power_w is None
    meter(charger, 60, energy("1100"))
    meter(charger, 180, energy("1500"))
    assert [running(180).power_w, running(180 + 901).power_w] == [12_000, None]


def test_the_start_of_a_session_is_its_first_reading(charger, running):
    assert [running(0).power_w, running(0).energy_wh] == [None, 0]
    meter(charger, 60, energy("1100"))
    assert [running(60).power_w, running(60).energy_wh] == [6000, 100]


def test_a_first_meter_value_long_after_the_start_says_nothing_of_power(charger, running):
    meter(charger, 901, energy("1100"))
    assert running(901).power_w is None


def test_a_register_that_goes_back_or_stands_still_for_long_says_nothing_of_power(charger, running):
    meter(charger, 0, energy("5000"))
    meter(charger, 60, energy("10"))
    assert running(60).power_w is None
    meter(charger, 2000, energy("20"))
    assert running(2000).power_w is None


@pytest.mark.parametrize("word", ["SuspendedEV", "SuspendedEVSE", "Finishing", "Faulted"])
def test_a_vehicle_that_gets_nothing_has_no_power(charger, running, word):
    meter(charger, 30, power("7200"))
    status(charger)
    assert running(30).power_w == 7200
    status(charger, 1, word)
    assert running(30).power_w == 0


def test_the_register_of_a_connector_is_its_last_wherever_it_was_told(books, states):
    charger = Charger(books)
    status(charger)
    status(charger, 0, "Available")
    status(charger, 2, "Available")

    def registers():
        return [each.register_wh for each in states()["GA001"].connectors]

    assert registers() == [None, None, None]
    number = charger.start()
    assert registers() == [None, 1000, None]
    meter(charger, 30, energy("1100"), transaction=number)
    assert registers() == [None, 1100, None]
    charger.stop(number, meterStop=1150, timestamp=time(60))
    assert registers() == [None, 1150, None]
    meter(charger, 90, energy("1.16", "kWh"), transaction=None)
    meter(charger, 90, energy("9", phase="L1"), transaction=None)
    assert registers() == [None, 1160, None]
    charger.start(connectorId=2, meterStart=70, timestamp=time(100))
    assert registers() == [None, 1160, 70]


def test_as_many_statements_are_needed_for_many_chargers_as_for_one(books):
    """A page of 200 chargers is as quick as one."""

    def statements():
        found = []
        with books.reading() as connection:
            event.listen(connection, "before_cursor_execute", lambda *given: found.append(given[2]))
            read_states(connection, NOW)
        return len(found)

    def add(serial):
        with books.unit() as unit:
            call(
                unit,
                serial,
                "StatusNotification",
                {"connectorId": 1, "status": "Charging", "errorCode": "NoError"},
            )
            start = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": time(0)}
            call(unit, serial, "StartTransaction", start)

    add("GA0")
    few = statements()
    for number in range(1, 30):
        add(f"GA{number}")
    assert statements() == few <= 9


def test_a_register_that_begins_again_gives_no_energy_and_takes_none(charger, running):
    meter(charger, 30, energy("300"))
    assert running().energy_wh == 0


def test_no_reading_is_larger_than_any_charger_means(charger, running):
    meter(charger, 30, energy("1e308"))
    assert running().energy_wh is None
