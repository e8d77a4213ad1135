# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The central system, its broker and its database killed while chargers charge, at moments that are drawn by what has been
answered: no answered transaction is lost or doubled, and each has its energy."""

from __future__ import annotations

import random
import time

import pytest

from tests.mosquitto import needs_mosquitto
from tests.postgres import Postgres
from tests.whole.central.carriers import OverMqtt, OverWebSocket
from tests.whole.central.charge_points import ChargePoint, Playing, compare, compare_meter_values
from tests.whole.central.serve import BOUND_S
from tests.whole.central.site import Site

POINTS = 6
# Between two disasters so many starts and stops are answered at most.
MOST_BETWEEN = 12


@pytest.fixture(scope="session")
def postgres():
    # What it has confirmed must outlast it: that is the point here.
    server = Postgres(fsync=True)
    yield server
    server.close()


@pytest.fixture
def make_site(request, tmp_path):
    """make_site("mosquitto", "sqlite") -> a Site that runs."""
    sites = []

    def make(broker, books):
        if broker == "mosquitto":
            needs_mosquitto()
        postgres = request.getfixturevalue("postgres") if books == "postgresql" else None
        sites.append(Site(tmp_path, broker, postgres))
        return sites[-1].__enter__()

    yield make
    for site in sites:
        site.__exit__(None, None, None)


def chargers(site, seed):
    """Half of them over MQTT, half over WebSockets; with the habits that chargers have."""
    for number in range(POINTS):
        name = f"CP{number}"
        if number % 2:
            carrier = OverMqtt("127.0.0.1", site.mqtt_port, name)
        else:
            carrier = OverWebSocket(f"ws://127.0.0.1:{site.ocpp_port}", name)
        yield ChargePoint(name, carrier, seed, same_id=number % 4 < 2, boots_again=number % 3 == 0)


def answered(points):
    """Starts and stops."""
    return sum(
        (session.number is not None) + session.stopped for point in points for session in list(point.sessions)
    )


def wait_for(points, wanted):
    """Until so many starts and stops were answered. It looks often: a central system that answers too early is killed before
    it has booked."""
    end = time.monotonic() + BOUND_S
    while answered(points) < wanted:
        assert time.monotonic() < end, f"{answered(points)} answers, not {wanted}"
        time.sleep(0.0005)


def unanswered_but_booked(points, rows):
    """Starts and stops that are in the books, and whose answer has not arrived: the charger will send them again."""
    booked = {(row.serial, row.start_time): row for row in rows}
    count = 0
    for point in points:
        for session in point.sessions:
            row = booked.get((point.identity, session.start_time))
            if row is not None:
                count += session.number is None or (row.meter_stop is not None and not session.stopped)
    return count


def play(site, disasters, seed):
    """Let chargers charge, and the disasters happen; what is wrong afterwards, and what has happened in words."""
    rng = random.Random(seed)
    gaps = [rng.randrange(1, MOST_BETWEEN + 1) for _ in disasters]
    points = list(chargers(site, seed))
    strike = {
        "service": site.kill_service,
        "broker": site.kill_broker,
        "database": site.kill_database,
    }
    halfway = 0
    # Enough to charge for all of them.
    rounds = 3 + (sum(gaps) + POINTS * len(disasters)) // (2 * POINTS)
    with Playing(points, rounds) as playing:
        for gap, disaster in zip(gaps, disasters, strict=True):
            before = answered(points)
            assert before < 2 * rounds * POINTS, "all was played before the last disaster"
            wait_for(points, before + gap)
            strike[disaster]()
            halfway += unanswered_but_booked(points, site.sessions()) if disaster == "service" else 0
        assert answered(points) < 2 * rounds * POINTS, "nobody charged during the last disaster"
        playing.finish()
    status, wrong = site.stop()
    rows = site.sessions()
    wrong += compare(points, rows)
    for point in points:
        for session in point.sessions:
            wrong += compare_meter_values(session, site.meter_values(session.number))
    kills = disasters.count("service")
    again = sum(point.sent_again for point in points)
    assert again, "nothing was ever sent again: nothing was interrupted"
    return (
        status,
        wrong,
        (
            f"{kills} kills of the service and {len(disasters) - kills} of others, "
            f"{answered(points)} starts and stops answered, {len(rows)} transactions in the books, {again} messages sent "
            f"again, {halfway} booked at a kill whose answer had not arrived: {len(wrong)} lost, doubled or wrong"
        ),
    )


SERVICE = ["service"]
SAMPLE = [
    ("sqlite", "amqtt", [*SERVICE * 5, "database"]),
    ("postgresql", "mosquitto", [*SERVICE * 5, "broker", "database"]),
]
MANY = [
    pytest.param(
        books,
        broker,
        [*SERVICE * 5, *(["broker"] * 2 if broker == "mosquitto" else []), *["database"] * 2],
        seed,
        id=f"{books}-{broker}-{seed}",
        marks=pytest.mark.soak,
    )
    for books in ("sqlite", "postgresql")
    for broker in ("mosquitto", "amqtt")
    for seed in range(1, 6)
]


@pytest.mark.parametrize(
    ("books", "broker", "disasters", "seed"),
    [*(pytest.param(*each, 0, id="-".join(each[:2])) for each in SAMPLE), *MANY],
)
def test_what_was_answered_is_in_the_books_once(make_site, record_property, books, broker, disasters, seed):
    disasters = list(disasters)
    random.Random(seed).shuffle(disasters)
    status, wrong, counts = play(make_site(broker, books), disasters, seed)
    record_property("counts", f"{books}, {broker}, seed {seed}: {counts}")
    assert wrong == []
    assert status == 0
