# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The central system, its broker and its database killed while chargers charge, at moments that are drawn by what has been
answered: no answered transaction is lost or doubled, and each has its energy."""

from __future__ import annotations

import queue
import random

import pytest

from tests.mosquitto import needs_mosquitto
from tests.postgres import Postgres
from tests.whole.central.carriers import OverMqtt, OverWebSocket
from tests.whole.central.charge_points import ChargePoint, Playing, compare, compare_meter_values
from tests.whole.central.serve import BOUND_S
from tests.whole.central.site import Site

POINTS = 6
# Between two disasters so many calls about cards and transactions are answered at most.
MOST_BETWEEN = 8


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


class Trigger:
    """Does something in the moment in which a certain answer arrives: a central system that has sent it too early has not
    booked yet."""

    def __init__(self):
        self._left, self._action = 0, None
        self._done = queue.Queue()

    def after(self, answers, action):
        """Wait for so many more answers to calls about cards and transactions. queue.Empty: they do not come."""
        self._left, self._action = answers, action
        error = self._done.get(timeout=BOUND_S)
        if error is not None:
            raise error

    def heard(self, frame):
        if self._action and frame.startswith("[3,") and "idTagInfo" in frame:
            self._left -= 1
            if self._left <= 0:
                action, self._action = self._action, None
                try:
                    action()
                    self._done.put(None)
                except Exception as error:  # noqa: BLE001 - it is raised where after() waits
                    self._done.put(error)


class Watched:
    """A carrier whose frames the trigger hears first."""

    def __init__(self, carrier, trigger):
        self._carrier, self._trigger = carrier, trigger

    @property
    def connected(self):
        return self._carrier.connected

    async def run(self, received, changed):
        async def hear(frame):
            self._trigger.heard(frame)
            await received(frame)

        await self._carrier.run(hear, changed)

    async def send(self, frame):
        return await self._carrier.send(frame)


def chargers(site, trigger, seed):
    """Half of them over MQTT, half over WebSockets; with the habits that chargers have."""
    for number in range(POINTS):
        name = f"CP{number}"
        if number % 2:
            carrier = OverMqtt("127.0.0.1", site.mqtt_port, name)
        else:
            carrier = OverWebSocket(f"ws://127.0.0.1:{site.ocpp_port}", name)
        watched = Watched(carrier, trigger)
        yield ChargePoint(name, watched, seed, same_id=number % 4 < 2, boots_again=number % 3 == 0)


def booked_unanswered(points, rows):
    """Starts and stops that are in the books, and whose answer has not arrived: the charger will send them again."""
    booked = {(row.serial, row.start_time): row for row in rows}
    count = 0
    for point in points:
        for session in list(point.sessions):
            row = booked.get((point.identity, session.start_time))
            if row is not None:
                count += session.number is None or (row.meter_stop is not None and not session.stopped)
    return count


def play(site, disasters, seed):
    """Let chargers charge, and the disasters happen: (exit status, what is wrong, what has happened in words)."""
    rng = random.Random(seed)
    gaps = [rng.randrange(1, MOST_BETWEEN + 1) for _ in disasters]
    trigger = Trigger()
    points = list(chargers(site, trigger, seed))
    halfway = 0
    kills = disasters.count("service")
    # Three such answers a session, and some sessions to spare: while others than the service are away, some go on.
    rounds = 3 + (sum(gaps) + 2 * POINTS * (len(disasters) - kills)) // (3 * POINTS)
    with Playing(points, rounds) as playing:
        for gap, disaster in zip(gaps, disasters, strict=True):
            trigger.after(gap, site.breaks[disaster])
            if disaster == "service":
                halfway += booked_unanswered(points, site.sessions())
            site.mends[disaster]()
        playing.finish()
    status, wrong = site.stop()
    rows = site.sessions()
    wrong += compare(points, rows)
    played = [session for point in points for session in point.sessions]
    values = site.meter_values([session.number for session in played])
    for session in played:
        wrong += compare_meter_values(session, values[session.number])
    answers = sum((session.number is not None) + session.stopped for session in played)
    assert sum(point.sent_again for point in points), "nothing was ever sent again: nothing was interrupted"
    counts = (
        f"{kills} kills of the service, {len(disasters) - kills} other disasters: of {answers} answered starts and stops "
        f"and {len(rows)} transactions {len(wrong)} lost, doubled or wrong; {halfway} had been booked at a kill, and "
        "their answer not arrived"
    )
    return status, wrong, counts


SERVICE = ["service"]
SAMPLE = [
    ("sqlite", "amqtt", [*SERVICE * 5, "disk"]),
    ("postgresql", "mosquitto", [*SERVICE * 5, "broker", "database"]),
]
OTHERS = {
    "sqlite": ["disk", "lock"],
    "postgresql": ["database"] * 2,
    "mosquitto": ["broker"] * 2,
    "amqtt": [],
}
MANY = [
    pytest.param(
        books,
        broker,
        [*SERVICE * 5, *OTHERS[books], *OTHERS[broker]],
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
