# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Home Assistant at a mosquitto with the accounts of `central broker mosquitto`, and at the broker in `central serve`: it
finds a charger, starts a session and stops it, and learns when nobody is there any more."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.store import open_books
from chargerctl.central.broker.rights import HOME_ASSISTANT, PUBLISHER
from chargerctl.central.broker.setup import set_up
from chargerctl.central.homeassistant.names import Names
from chargerctl.mqtt.topics import Topics

from tests.host.central.homeassistant import schema
from tests.host.central.mqtt.client import Client
from tests.mosquitto import RunningMosquitto, free_port, needs_mosquitto
from tests.whole.central.serve import Serve

NAMES = Names()
SERIAL = "box-1"
WORD = "word-of-box-1"
CONFIG, STATE = NAMES.discovery(SERIAL), NAMES.state(SERIAL)


class Charger:
    """Does what it is told: a session of 1500 Wh from its RemoteStart to its RemoteStop."""

    def __init__(self, port):
        self._client = Client(port, SERIAL, WORD, will=(f"/charger/{SERIAL}/connection", b"offline"))
        self._transaction = 0
        self._count = 0
        self._seen = 0
        self._end = threading.Event()
        assert self._client.subscribe(f"/system/{SERIAL}")
        self._client.publish(f"/charger/{SERIAL}/connection", b"online", retain=True)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._call("BootNotification", chargePointVendor="GA Make", chargePointModel="ESP32-C6")
        self._status("Available")

    def close(self):
        self._end.set()
        self._thread.join()
        self._client.close()

    def _run(self):
        while not self._end.wait(0.02):
            frames = self._client.payloads(f"/system/{SERIAL}")
            for frame in frames[self._seen :]:
                self._handle(json.loads(frame))
            self._seen = len(frames)

    def _handle(self, frame):
        if frame[0] == 3:
            self._transaction = frame[2].get("transactionId", self._transaction)
            return
        _, call_id, action, payload = frame
        self._send([3, call_id, {"status": "Accepted"} if action != "GetConfiguration" else {}])
        if action == "RemoteStartTransaction":
            start = {"connectorId": payload["connectorId"], "idTag": payload["idTag"], "meterStart": 1000}
            self._call("StartTransaction", timestamp=_now(), **start)
            self._status("Charging")
        elif action == "RemoteStopTransaction":
            self._call("StopTransaction", transactionId=self._transaction, meterStop=2500, timestamp=_now())
            self._status("Available")

    def _status(self, status):
        self._call("StatusNotification", connectorId=1, errorCode="NoError", status=status)

    def _call(self, action, **payload):
        self._count += 1
        self._send([2, f"call-{self._count}", action, payload])

    def _send(self, frame):
        self._client.publish(f"/charger/{SERIAL}", json.dumps(frame).encode())


class Home:
    """Home Assistant, as far as a broker sees it."""

    def __init__(self, port, password):
        self._client = Client(port, HOME_ASSISTANT, password)
        assert self._client.subscribe("homeassistant/#")
        assert self._client.subscribe("chargerctl/#")
        self.command = lambda entity, payload: self._client.publish(NAMES.command(SERIAL, entity), payload)
        self.close = self._client.close

    def wait(self, **wanted):
        """Until it shows this of the charger's entities."""
        self._client.wait_until(lambda: wanted.items() <= self._shown().items())

    def wait_for_alive(self, payload):
        self._client.wait_until(lambda: self._client.payloads(NAMES.alive)[-1:] == [payload])

    def entities(self):
        return schema.check(CONFIG, json.loads(self._client.payloads(CONFIG)[-1]))

    def _shown(self):
        got = self._client.payloads(STATE)
        if not got or not self._client.payloads(CONFIG):
            return {}
        payload = json.loads(got[-1])
        return {
            key: schema.shown(entity, payload)
            for key, entity in self.entities().items()
            if entity["platform"] != "button"
        }


def _now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@pytest.fixture
def database(tmp_path):
    """Books with the charger, and the card that Home Assistant starts with."""
    path = str(tmp_path / "books.sqlite")
    books = open_books(path)
    with books.writing() as connection:
        owner.add_charger(connection, SERIAL, time.time(), name="Garage", password=WORD.encode())
        owner.put_cards(connection, [owner.Card("HOMEASSISTANT")], time.time())
    books.close()
    return path


def play(service, port, password):
    """A session from Home Assistant's switch to its switch."""
    home = Home(port, password)
    charger = Charger(port)
    try:
        home.wait(online="ON", status="Available", charging="OFF")
        assert schema.takes_energy(home.entities()["energy"])
        home.command("charging", b"ON")
        home.wait(charging="ON", status="Charging", cable="ON", command="start: Accepted")
        home.command("charging", b"OFF")
        home.wait(charging="OFF", status="Available", command="stop: Accepted", energy="1.5")
        home.command("charging", b"OFF")
        home.wait(command="stop refused: no session runs")
        service.kill()
        home.wait_for_alive(b"offline")
    finally:
        charger.close()
        home.close()


def test_over_a_mosquitto_with_accounts(tmp_path, database):
    needs_mosquitto()
    folder, port = tmp_path / "broker", free_port()
    books = open_books(database)
    with books.reading() as connection:
        accounts = owner.accounts(connection)
    books.close()
    given = {"port": port, "user": "root", "home_assistant": True}
    set_up(folder, given, accounts, Topics(), datetime.now(UTC))
    broker = RunningMosquitto(folder / "mosquitto.conf")
    options = {
        "BROKER": f"127.0.0.1:{port}",
        "BROKER_USER": "central",
        "BROKER_PASSWORD_FILE": str(folder / "central.password"),
        "HOME_ASSISTANT": "same",
        "HOME_ASSISTANT_USER": PUBLISHER,
        "HOME_ASSISTANT_PASSWORD_FILE": str(folder / f"{PUBLISHER}.password"),
    }
    variables = {f"CHARGERCTL_CENTRAL_{name}": value for name, value in options.items()}
    try:
        with Serve(tmp_path, "--database", database, **variables) as service:
            service.expect("listening", home_assistant="same")
            play(service, port, (folder / f"{HOME_ASSISTANT}.password").read_text().strip())
    finally:
        broker.stop()


def test_over_the_broker_in_serve(tmp_path, database):
    password = "a word for home assistant"
    variables = {"CHARGERCTL_CENTRAL_HOME_ASSISTANT_PASSWORD": password}
    options = ("--listen", "0.0.0.0:0", "--home-assistant", "same")
    with Serve(tmp_path, "--database", database, *options, **variables) as service:
        port = service.expect("listening")["details"]["mqtt_port"]
        home = Home(port, password)
        charger = Charger(port)
        try:
            home.wait(online="ON", status="Available", charging="OFF")
            home.command("charging", b"ON")
            home.wait(charging="ON", status="Charging", command="start: Accepted")
            home.command("charging", b"OFF")
            home.wait(charging="OFF", status="Available", energy="1.5")
        finally:
            charger.close()
            home.close()
        assert service.stop() == 0


def test_it_needs_a_password_beyond_this_computer(tmp_path, database):
    with (
        Serve(
            tmp_path, "--database", database, "--listen", "0.0.0.0:0", "--home-assistant", "same"
        ) as service,
        pytest.raises(pytest.fail.Exception, match="Home Assistant needs a password"),
    ):
        service.expect("listening")
