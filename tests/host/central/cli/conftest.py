# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Books with something in them, commands on them, and a central system that answers calls through them."""

from __future__ import annotations

import json
import shutil
import threading
import time

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.interface import Outcome
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.store import open_books

# What a terminal would carry out, and what hides.
HOSTILE = "\x1b[31m\u202ex"
# Sessions: a month ago, and an hour ago.
LONG_AGO = 1_790_000_000.0  # 2026-09-21T14:13:20Z
POLICIES = Policies(Policy.REFUSE, Policy.ACCEPT)
WORKER = "the central system"


@pytest.fixture(autouse=True)
def own_folder(folder, monkeypatch):
    """chargerctl's own folder is one of the test; times are those of Berlin."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(params=["sqlite"])
def database(request, folder, monkeypatch):
    """Of the commands of this test; a test may ask for postgresql, too."""
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'central.sqlite'}"
    else:
        url = request.getfixturevalue("postgres").database()
    monkeypatch.setenv("CHARGERCTL_CENTRAL_DATABASE", url)
    return url


both_databases = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def store(database):
    """The books, empty; as the central system has them."""
    found = open_books(database, POLICIES)
    yield found
    found.close()


def boot(unit, serial, now, **more):
    payload = {
        "chargePointVendor": "GA Make",
        "chargePointModel": "ESP32-C6",
        "firmwareVersion": "0.1.0",
        **more,
    }
    books = unit.charger(serial)
    status = books.registration(payload, now)
    books.book("BootNotification", payload, {"status": status, "currentTime": "", "interval": 300}, now)


def status(unit, serial, connector, word, now, **more):
    payload = {"connectorId": connector, "status": word, "errorCode": "NoError", **more}
    unit.charger(serial).book("StatusNotification", payload, {}, now)


def iso(unix):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(unix))


def start(unit, serial, id_tag, at, meter=0, connector=1, answered="Accepted"):
    payload = {"connectorId": connector, "idTag": id_tag, "meterStart": meter, "timestamp": iso(at)}
    books = unit.charger(serial)
    number = books.transaction_id(payload)
    books.book("StartTransaction", payload, {"transactionId": number, "idTagInfo": {"status": answered}}, at)
    return number


def stop(unit, serial, number, at, meter, **more):
    payload = {"transactionId": number, "meterStop": meter, "timestamp": iso(at), **more}
    unit.charger(serial).book("StopTransaction", payload, {}, at)


def meter(unit, serial, number, at, wh):
    value = {"timestamp": iso(at), "sampledValue": [{"value": str(wh)}]}
    payload = {"connectorId": 1, "transactionId": number, "meterValue": [value]}
    unit.charger(serial).book("MeterValues", payload, {}, at)


def fill(store):
    """garage-1 is connected and charges; garage-2 has two old sessions; yard asks; the cards of Anna, Ben and a visitor."""
    now = time.time()
    with store.writing() as connection:
        owner.add_charger(connection, "garage-1", LONG_AGO, name="Left", password=b"secret password")
        owner.add_charger(connection, "garage-2", LONG_AGO)
        owner.put_cards(
            connection,
            [
                owner.Card("04A1B2C3", "Anna", "FLEET"),
                owner.Card("04D4E5F6", "Ben", valid_until=LONG_AGO),
                owner.Card("00VISITOR", "=HYPERLINK(1)", blocked=True, chargers=("garage-2",)),
            ],
            LONG_AGO,
        )
    with store.unit() as unit:
        unit.working(now)
        boot(unit, "garage-2", LONG_AGO, firmwareVersion=HOSTILE)
        status(unit, "garage-2", 1, "Faulted", LONG_AGO, errorCode="OtherError", info=HOSTILE)
        first = start(unit, "garage-2", "04A1B2C3", LONG_AGO, 1000)
        stop(unit, "garage-2", first, LONG_AGO + 3600, 8500, reason="EVDisconnected")
        second = start(unit, "garage-2", HOSTILE, LONG_AGO + 7200, 8500)
        stop(unit, "garage-2", second, LONG_AGO + 7260, 8500)
        start(unit, "garage-2", "00VISITOR", LONG_AGO + 9000, 8500, answered="Blocked")
    with store.unit() as unit:
        for each in ("garage-1", "yard"):
            unit.connected(each, "mqtt", now - 600)
            unit.seen(each, now - 60)
            boot(unit, each, now - 600)
        status(unit, "garage-1", 0, "Available", now - 600)
        status(unit, "garage-1", 1, "Charging", now - 500)
        unit.charger("garage-1").told(
            "GetConfiguration",
            {},
            {"configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "300"}]},
            now - 550,
        )
        running = start(unit, "garage-1", "04A1B2C3", now - 3600, 500)
        meter(unit, "garage-1", running, now - 120, 4000)
        unit.frame("garage-1", False, '[2,"a1","Heartbeat",{}]', now - 60)
        unit.frame("garage-1", True, '[3,"a1",{"currentTime":"2026-01-01T00:00:00Z"}]', now - 60)
        unit.frame("garage-1", False, f'[2,"a2","Authorize",{{"idTag":{json.dumps(HOSTILE)}}}]', now - 59)
        unit.frame("garage-1", True, '[4,"a2","SecurityError","no \\u001b[31m",{}]', now - 59)
        unit.frame("garage-1", False, "no \x07 frame", now - 58)


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory):
    """Such books, which are copied for each test."""
    path = tmp_path_factory.mktemp("books") / "central.sqlite"
    store = open_books(f"sqlite:///{path}", POLICIES, worker=WORKER)
    fill(store)
    store.close()
    return path


@pytest.fixture
def filled(database, folder, filled_file):
    """The books of fill(); a central system runs on them."""
    if database.startswith("sqlite"):
        shutil.copyfile(filled_file, folder / "central.sqlite")
    found = open_books(database, POLICIES, worker=WORKER)
    if not database.startswith("sqlite"):
        fill(found)
    with found.unit() as unit:
        unit.working(time.time())
    yield found
    found.close()


class Answering:
    """A central system on these books: gives every call the answer of its action, or the Outcome that stands for one."""

    def __init__(self, store, answers):
        self.asked = []
        self._store = store
        self._answers = answers
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        with store.unit() as unit:
            unit.working(time.time())
        self._thread.start()

    def close(self):
        self._end.set()
        self._thread.join()

    def _run(self):
        while not self._end.wait(0.02):
            with self._store.unit() as unit:
                unit.working(time.time())
                for call in unit.waiting_calls(time.time()):
                    self.asked.append((call.serial, call.action, call.payload))
                    answer = self._answers.get(call.action)
                    if callable(answer):
                        answer = answer(call.serial, call.payload)
                    if answer is not None:
                        outcome = answer if isinstance(answer, Outcome) else Outcome(answer=answer)
                        unit.answered(call.id, outcome, time.time())


@pytest.fixture
def answering(filled):
    """answering({"Reset": {"status": "Accepted"}}) -> a central system that runs; the calls that it was asked for."""
    running = []

    def begin(answers):
        running.append(Answering(filled, answers))
        return running[-1].asked

    yield begin
    for each in running:
        each.close()


@pytest.fixture
def central(chargerctl, database):
    """central("chargers") -> (exit status, stdout, stderr)."""
    return lambda *arguments: chargerctl("central", *arguments)


@pytest.fixture
def central_json(chargerctl, database):
    def run(*arguments):
        status, out, _ = chargerctl("central", *arguments, "--json")
        return status, json.loads(out)

    return run
