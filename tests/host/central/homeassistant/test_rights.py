# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What Home Assistant may do at a broker, and who may do what with its topics: at a real mosquitto with the files of
`central broker mosquitto`, and at the broker in `central serve`."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from chargerctl.central.accounts import Account
from chargerctl.central.broker.rights import HOME_ASSISTANT, PUBLISHER, of_home_assistant, rights
from chargerctl.central.broker.setup import set_up
from chargerctl.central.homeassistant.names import Names
from chargerctl.central.mqtt.gate import Gate, Guest
from chargerctl.central.passwords import hash_password
from chargerctl.errors import InputError
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.local_broker import LocalBroker
from chargerctl.mqtt.topics import Topics

from tests.host.central.mqtt.client import Client
from tests.mosquitto import RunningMosquitto, free_port, needs_mosquitto

HASHES = {name: hash_password(f"word-of-{name}".encode(), 101) for name in ("box-1", HOME_ASSISTANT)}
OURS = "chargerctl/box-1/state"
CONFIG = "homeassistant/device/chargerctl_box-1/config"
COMMAND = "chargerctl/box-1/set/charging"


class Mosquitto:
    def __init__(self, folder):
        needs_mosquitto()
        self._folder, self.port = folder / "broker", free_port()
        given = {"port": self.port, "user": "root", "home_assistant": True}
        set_up(self._folder, given, [Account("box-1", HASHES["box-1"])], Topics(), datetime.now(UTC))
        self._broker = RunningMosquitto(self._folder / "mosquitto.conf")
        self.central, self.publisher = (self._word("central"), self._word(PUBLISHER))
        self.home_assistant = self._word(HOME_ASSISTANT)

    def close(self):
        self._broker.stop()

    def _word(self, name):
        return name, (self._folder / f"{name}.password").read_text().strip()


class Embedded:
    def __init__(self, folder):
        self._thread = LoopThread()
        guest = Guest(of_home_assistant(HOME_ASSISTANT, Names(), Topics()), HASHES[HOME_ASSISTANT])
        accounts = {"box-1": Account("box-1", HASHES["box-1"])}
        self._gate = Gate(accounts.get, Topics(), lambda event: None, guest=guest)
        self._broker = LocalBroker(self._thread, doorkeeper=self._gate)
        self.port = self._broker.port
        self.central = self.publisher = (self._gate.username, self._gate.password)
        self.home_assistant = (HOME_ASSISTANT, f"word-of-{HOME_ASSISTANT}")

    def close(self):
        self._broker.close()
        self._gate.close()
        self._thread.close()


@pytest.fixture(params=[Mosquitto, Embedded])
def broker(request, tmp_path):
    opened = request.param(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def client(broker):
    """client((name, password), filter, ...) -> one that is connected, and has subscribed."""
    with ExitStack() as stack:

        def make(account, *filters, **more):
            opened = Client(broker.port, *account, **more)
            stack.callback(opened.close)
            assert opened.code == "Success"
            for each in filters:
                opened.subscribe(each)
            return opened

        yield make


BOX = ("box-1", "word-of-box-1")


def test_home_assistant_finds_what_is_published_and_commands(broker, client):
    home = client(broker.home_assistant, "homeassistant/#", "chargerctl/#")
    ours = client(broker.publisher, "homeassistant/status", "chargerctl/+/set/+")
    ours.publish(CONFIG, b"{}", retain=True)
    ours.publish(OURS, b"{}", retain=True)
    home.wait_for(CONFIG, b"{}")
    home.wait_for(OURS, b"{}")
    home.publish("homeassistant/status", b"online")
    home.publish(COMMAND, b"ON")
    ours.wait_for("homeassistant/status", b"online")
    ours.wait_for(COMMAND, b"ON")


def test_home_assistant_takes_back_a_device_that_its_owner_deletes(broker, client):
    ours = client(broker.publisher)
    ours.publish(CONFIG, b"{}", retain=True)
    home = client(broker.home_assistant, CONFIG)
    home.wait_for(CONFIG, b"{}")
    home.publish(CONFIG, b"", retain=True)
    home.wait_for(CONFIG, b"")


def test_home_assistant_reads_and_writes_nothing_of_a_charger(broker, client):
    home = client(broker.home_assistant, "chargerctl/#", "/charger/#", "/system/#", "+/+/+", "#")
    box = client(BOX, "/system/box-1", "/system/box-1/connection")
    central = client(broker.central, "/charger/+", "/charger/+/connection")
    for topic in ("/system/box-1", "/charger/box-1", "/charger/box-1/connection", OURS, "chargerctl/online"):
        home.publish(topic, b"forged")
    box.publish("/charger/box-1", b"[2]")
    central.publish("/system/box-1", b"[3]")
    central.wait_for("/charger/box-1", b"[2]")
    box.wait_for("/system/box-1", b"[3]")
    ours = client(broker.publisher)
    ours.publish(OURS, b"true")
    home.wait_for(OURS, b"true")
    assert home.payloads(OURS) == [b"true"]
    assert {topic for topic, _ in home.got} == {OURS}
    assert b"forged" not in [payload for each in (box, central) for _, payload in each.got]


def test_a_charger_reads_and_writes_nothing_of_home_assistant(broker, client):
    box = client(BOX, "homeassistant/#", "chargerctl/#", "chargerctl/box-1/state", "/system/box-1")
    ours = client(broker.publisher, "homeassistant/status", "chargerctl/#")
    home = client(broker.home_assistant, "homeassistant/#")
    for topic in (CONFIG, OURS, COMMAND, "homeassistant/status", "chargerctl/online"):
        box.publish(topic, b"forged")
    ours.publish(OURS, b"true", retain=True)
    ours.publish(CONFIG, b"true", retain=True)
    home.wait_for(CONFIG, b"true")
    ours.wait_for(OURS, b"true")
    client(broker.central).publish("/system/box-1", b"[3]")
    box.wait_for("/system/box-1", b"[3]")
    assert [topic for topic, _ in box.got] == ["/system/box-1"]
    assert b"forged" not in [payload for each in (ours, home) for _, payload in each.got]


def test_home_assistant_needs_its_password(broker):
    client = Client(broker.port, HOME_ASSISTANT, "guessed")
    assert client.code != "Success"
    client.close()


def test_what_publishes_does_not_end_the_connection_of_the_central_system(broker, client):
    central = client(broker.central, "/charger/+", client_id="chargerctl-1")
    ours = client(broker.publisher, "chargerctl/#", client_id="chargerctl-2")
    client(BOX).publish("/charger/box-1", b"[2]")
    central.wait_for("/charger/box-1", b"[2]")
    ours.publish(OURS, b"true")
    ours.wait_for(OURS, b"true")


@pytest.mark.parametrize("taken", [HOME_ASSISTANT, PUBLISHER])
def test_no_charger_and_no_program_can_have_its_name(taken):
    with pytest.raises(InputError, match=taken):
        list(rights([taken], ["central"], Topics(), Names()))
    with pytest.raises(InputError, match=taken):
        list(rights([], [taken], Topics(), Names()))


@pytest.mark.parametrize(
    "topics",
    [
        Topics("chargerctl/{serial}", "/system/{serial}"),
        Topics("/charger/{serial}", "homeassistant/{serial}"),
        Topics("{serial}/state", "/system/{serial}"),
    ],
)
def test_topics_of_chargers_are_never_among_its_own(topics):
    with pytest.raises(InputError, match="Home Assistant's, too"):
        list(rights([], ["central"], topics, Names()))


@pytest.mark.parametrize(
    ("wanted", "may"),
    [
        ("homeassistant/#", True),
        ("homeassistant/+/+/config", True),
        ("homeassistant", True),
        ("chargerctl/+/state", True),
        ("#", False),
        ("+/#", False),
        ("+/status", False),
        ("homeassistants/status", False),
        ("/homeassistant/status", False),
        ("$SYS/#", False),
        ("", False),
    ],
)
def test_a_filter_is_allowed_with_all_of_its_topics_or_not_at_all(wanted, may):
    assert of_home_assistant(HOME_ASSISTANT, Names(), Topics()).may_read(wanted) is may


@pytest.mark.parametrize(
    ("topic", "may"),
    [
        ("homeassistant/status", True),
        (COMMAND, True),
        ("chargerctl/box-1/set", False),
        ("chargerctl/box-1/set/charging/more", False),
        (OURS, False),
        ("chargerctl/online", False),
    ],
)
def test_it_writes_commands_and_what_is_its_own(topic, may):
    assert of_home_assistant(HOME_ASSISTANT, Names(), Topics()).may_write(topic) is may
