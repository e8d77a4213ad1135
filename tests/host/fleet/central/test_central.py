# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Our central system on a fleet's clock: what the meters counted is in the books, to the watt-hour."""

import random

import pytest
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.store import open_books
from chargerctl.fleet.central.central import Central
from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.simulator.machine.clock import Clock
from sqlalchemy import text

_EPOCH = 1_795_332_600
_CARD = "04A2B3C4"


class Deaf:
    def frame(self, charger, out, text): ...
    def log(self, charger, tag, text): ...
    def changed(self, charger, part): ...
    def late(self, charger, us): ...


class Wire:
    """Carries frames at once, whole."""

    def __init__(self, world, charger):
        self._world, self._charger = world, charger
        self.connected = True
        self._inbox = []
        world.links[charger.serial] = self
        world.clock.call_in(1000, lambda: world.central.came(charger.serial))

    def step(self, now):
        pass

    def close(self):
        self.connected = False
        self._world.central.went(self._charger.serial)

    vanish = close

    def publish(self, frame):
        self._world.central.received(self._charger.serial, frame)
        return True

    def receive(self):
        return self._inbox.pop(0) if self._inbox else None

    def take(self, frame):
        if self.connected:
            self._inbox.append(frame)
            self._charger.stir()


class World:
    def __init__(self, folder):
        self.clock = Clock()
        self.links = {}
        self.told = []
        self.books = open_books(str(folder / "books.db"), Policies(Policy.ACCEPT, Policy.ACCEPT))
        self.central = Central(
            self.clock,
            self.unix,
            self.books,
            lambda serial, frame: self.links[serial].take(frame),
            lambda serial, online: None,
            self.told.append,
        )
        firmware = Firmware()
        self.chargers = [
            Charger(
                firmware,
                self.clock,
                {"CHARGER_SERIAL": f"f-{number}", "CHARGER_WIFI_SSID": "w", "CHARGER_MQTT_BROKER": "b"},
                lambda charger, values, board: Wire(self, charger),
                lambda: int(self.unix()),
                Deaf(),
            )
            for number in range(10)
        ]

    def unix(self):
        return _EPOCH + self.clock.now_us / 1e6

    def run(self, seconds):
        end = self.clock.now_us + int(seconds * 1e6)
        while self.clock.now_us < end:
            self.clock.step(end)

    def sessions(self):
        with self.books.reading() as connection:
            query = text(
                "select meter_stop - meter_start from transactions where stop_received_at is not null"
            )
            return list(connection.execute(query).scalars())


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.central.close()
    world.books.close()


def charge(world, charger, kilowatts, seconds):
    def take_card_away():
        charger.reader.card = None
        charger.stir()

    def unplug():
        charger.cable.on = False
        charger.stir()

    charger.cable.on, charger.reader.card = True, _CARD
    charger.meter.power(kilowatts * 1000)
    charger.stir()
    world.clock.call_in(500_000, take_card_away)
    world.clock.call_in(seconds * 1_000_000, unplug)


def test_the_books_have_what_the_meters_counted(world):
    chance = random.Random(16)
    for charger in world.chargers:
        charger.power(True)
    world.run(15)
    for _ in range(2):
        for charger in world.chargers:
            charge(world, charger, chance.choice([4, 7, 11]), chance.randrange(300, 900))
        world.run(1000)
    assert len(world.sessions()) == 20
    assert sum(world.sessions()) == sum(charger.meter.energy_wh for charger in world.chargers) > 0
    assert not [event for event in world.told if event.what in ("violation", "bug")]


def test_a_power_cut_in_a_session_ends_it_in_the_books_when_the_power_is_back(world):
    charger = world.chargers[0]
    charger.power(True)
    world.run(15)
    charge(world, charger, 11, 900)
    world.run(600)
    charger.power(False)
    world.run(60)
    assert world.sessions() == []
    charger.power(True)
    world.run(30)
    (energy_wh,) = world.sessions()
    # From its last checkpoint, which is due at each kilowatt-hour.
    assert 1000 <= energy_wh <= charger.meter.energy_wh
