# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a bench finds out about a storm: how long each charger was away, and what the books have of what its meter counted.
In virtual time, before our own central system."""

import shutil
from dataclasses import dataclass, replace

import pytest
from chargerctl.central.books import tables
from chargerctl.fleet.plan import Plan, ScriptText
from chargerctl.fleet.share import Share
from sqlalchemy import create_engine

from bench._fleet.books import Sent, check
from bench._fleet.storm import script
from bench._fleet.watched import Outages
from tests.fleet import OneCharger

CHARGERS = 5


@dataclass
class Storm:
    sent: Sent
    outages: Outages
    books: str

    def change(self, statement):
        """In the books."""
        engine = create_engine(f"sqlite:///{self.books}")
        with engine.begin() as connection:
            connection.execute(statement)
        engine.dispose()

    def checked(self):
        return check(self.sent, self.books)


@pytest.fixture(scope="module")
def happened(tmp_path_factory):
    settings = {"CHARGER_WIFI_SSID": "fleet", "CHARGER_MQTT_BROKER": "broker.example"}
    books = str(tmp_path_factory.mktemp("storm") / "books.sqlite")
    plan = Plan(CHARGERS, seed=1, settings=settings, duration_s=None, start_unix=1_795_332_600, books=books)
    lines = "\n".join(script(plan, seconds=90, dark=True))
    storm = Storm(Sent(), Outages("power"), books)
    plan = replace(plan, scripts=(ScriptText("storm", lines, "."),))
    measured = Share(plan, storm.sent, storm.outages).run(lambda so_far: None)
    assert not measured.failures
    return storm


@pytest.fixture
def storm(happened, tmp_path):
    """With books that a test may change."""
    return replace(happened, books=str(shutil.copy(happened.books, tmp_path)))


def test_each_charger_loses_at_most_the_energy_since_its_checkpoint(storm):
    found = storm.checked()
    assert (found.sessions, found.missing, found.doubled) == (CHARGERS, 0, 0)
    assert CHARGERS * 2000 <= found.metered_wh <= CHARGERS * 4000
    assert all(0 <= each <= 1000 for each in found.short_wh)
    assert found.metered_wh - found.booked_wh == sum(found.short_wh) > 0


def test_a_charger_is_away_from_when_its_power_comes_back_until_it_is_accepted(storm):
    assert len(storm.outages.back_s) == CHARGERS
    assert all(13 <= each < 15 for each in storm.outages.back_s)


def test_a_session_that_is_not_in_the_books_is_missing(storm):
    storm.change(tables.transactions.delete().where(tables.transactions.c.id == 1))
    assert (storm.checked().missing, storm.checked().doubled) == (1, 0)


def test_more_in_the_books_than_charged_is_seen(storm):
    storm.change(tables.transactions.update().values(meter_stop=tables.transactions.c.meter_stop + 2000))
    found = storm.checked()
    assert (found.missing, found.doubled) == (CHARGERS, CHARGERS)
    assert all(each < 0 for each in found.short_wh)


def test_a_charger_is_away_from_when_its_connection_is_lost_until_it_has_one_again():
    outages = Outages("connection")
    one = OneCharger(heards=(outages,))
    charger = one.charger
    charger.power(True)
    one.run_for(30)
    charger.cable.on = True
    charger.reader.card = "04A1B2C3"
    charger.stir()
    one.run_for(5)
    one.network.ip.broker(False)
    one.run_for(50)
    assert outages.back_s == []
    one.network.ip.broker(True)
    one.run_for(300)
    (back_s,) = outages.back_s
    assert 50 <= back_s < 150
