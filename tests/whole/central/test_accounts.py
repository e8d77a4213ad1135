# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`central serve` at a mosquitto with the accounts, rights and certificates that `central broker mosquitto` writes: it needs
no other right, and neither do the chargers."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import paho.mqtt.client as paho
from chargerctl.central.books import owner
from chargerctl.central.books.queries.sessions import Filter, sessions
from chargerctl.central.books.store import open_books
from chargerctl.central.broker.rights import Topics
from chargerctl.central.broker.setup import set_up

from tests.mosquitto import RunningMosquitto, free_port, needs_mosquitto
from tests.whole.central.carriers import OverMqtt
from tests.whole.central.charge_points import ChargePoint, Playing, compare
from tests.whole.central.serve import BOUND_S, Serve

PASSWORDS = {"box-1": b"word-of-box-1", "box-2": b"word-of-box-2"}


def test_a_session_over_a_broker_with_accounts_and_tls(tmp_path):
    needs_mosquitto()
    database = str(tmp_path / "books.sqlite")
    books = open_books(database)
    with books.writing() as connection:
        for serial, password in PASSWORDS.items():
            owner.add_charger(connection, serial, time.time(), password=password)
        owner.put_cards(connection, [owner.Card(f"CARD{number}") for number in range(10)], time.time())
        accounts = owner.accounts(connection)
    folder, port, local_port = tmp_path / "broker", free_port(), free_port()
    given = {
        "address": "127.0.0.1",
        "port": port,
        "local_port": local_port,
        "names": ("localhost",),
        "user": "root",
    }
    set_up(folder, given, accounts, Topics(), datetime.now(UTC))
    broker = RunningMosquitto(folder / "mosquitto.conf")
    options = [
        "--broker",
        f"localhost:{port}",
        "--broker-tls",
        "--broker-ca",
        folder / "ca.pem",
        "--broker-user",
        "central",
    ]
    variables = {"CHARGERCTL_CENTRAL_BROKER_PASSWORD_FILE": str(folder / "central.password")}
    try:
        with Serve(tmp_path, "--database", database, *options, **variables) as service:
            service.expect("listening")
            point = ChargePoint(
                "box-1", OverMqtt("127.0.0.1", local_port, "box-1", "box-1", "word-of-box-1"), patience_s=10
            )
            with Playing([point], 2) as playing:
                playing.finish()
            # To one that is not connected, too; here to the other charger, which reads it when it comes.
            assert _connection_of("box-2", local_port) == b"online"
            assert service.stop() == 0
        assert _connection_of("box-2", local_port) == b"offline"
    finally:
        broker.stop()
    with books.reading() as connection:
        assert compare([point], sessions(connection, Filter())) == []
    books.close()


def _connection_of(serial, port):
    """What is retained on /system/{serial}/connection, as this charger reads it."""
    heard, arrived = [], threading.Event()
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.username_pw_set(serial, PASSWORDS[serial].decode())
    client.on_connect = lambda client, *_: client.subscribe(f"/system/{serial}/connection", 1)
    client.on_message = lambda client, data, message: (heard.append(message.payload), arrived.set())
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        assert arrived.wait(BOUND_S)
    finally:
        client.disconnect()
        client.loop_stop()
    return heard[0]
