# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A whole session of the real firmware on the virtual board, in real time, against `central serve` as it is installed."""

from __future__ import annotations

import subprocess

import pytest
from chargerctl.central.books.queries.sessions import Filter, sessions
from chargerctl.central.books.store import open_books

from tests.mosquitto import Mosquitto, needs_mosquitto
from tests.whole.central.serve import BOUND_S, EVERYBODY, Serve, chargerctl, surroundings

SESSION = """
meter 11
expect status Available within 30
plug
wait 1
swipe 04A1B2C3
expect relay closed within 10
wait 4
swipe 04A1B2C3
expect relay open within 10
unplug
expect status Available within 10
"""


@pytest.fixture
def database(request, tmp_path):
    if request.param == "sqlite":
        return str(tmp_path / "books.sqlite")
    return request.getfixturevalue("postgres").database()


@pytest.fixture
def way(request, tmp_path):
    """Options of serve: how MQTT chargers reach it."""
    if request.param == "amqtt":
        yield ["--listen", "127.0.0.1:0"]
        return
    needs_mosquitto()
    broker = Mosquitto(tmp_path, "allow_anonymous true")
    yield ["--broker", f"127.0.0.1:{broker.port}"]
    broker.stop()


def _all_but_one(*combinations):
    first, *others = [pytest.param(*each, id="-".join(each)) for each in combinations]
    return [first, *(pytest.param(*each.values, id=each.id, marks=pytest.mark.soak) for each in others)]


@pytest.mark.parametrize(
    ("way", "database"),
    _all_but_one(
        ("mosquitto", "sqlite"), ("amqtt", "sqlite"), ("mosquitto", "postgresql"), ("amqtt", "postgresql")
    ),
    indirect=True,
)
def test_a_session_of_the_simulated_charger_is_in_the_books_with_its_energy(way, database, tmp_path):
    script = tmp_path / "session.script"
    script.write_text(SESSION)
    with Serve(tmp_path, "--database", database, *way, **EVERYBODY) as central:
        port = central.expect("listening")["details"].get("mqtt_port") or way[1].rpartition(":")[2]
        simulate = chargerctl(
            "simulate", "--broker", f"127.0.0.1:{port}", "--central", "none", "--script", script
        )
        done = subprocess.run(
            simulate,
            cwd=tmp_path,
            env=surroundings(tmp_path),
            capture_output=True,
            text=True,
            timeout=3 * BOUND_S,
        )
        assert done.returncode == 0, done.stdout + done.stderr + central.report()
        stop = central.expect("stop")
        assert central.stop() == 0
    assert not [
        event for event in central.events if event["what"] in ("bug", "violation", "hostile", "dropped")
    ]
    books = open_books(database, create=False)
    with books.reading() as connection:
        [session] = sessions(connection, Filter())
    books.close()
    assert session.energy_wh == stop["details"]["meterStop"] - session.meter_start > 0
    assert session.id_tag == "04A1B2C3"
    assert session.stop_reason == "Local"
