# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which broker and which account the settings mean, and what they cannot mean."""

from __future__ import annotations

import threading

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.store import open_books
from chargerctl.central.homeassistant.broker import broker_of, guest_of
from chargerctl.central.homeassistant.serving import home_assistant
from chargerctl.central.mqtt.embedded import embedded
from chargerctl.central.passwords import password_matches
from chargerctl.central.service.service import serve
from chargerctl.central.settings import load_central
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.connection import Broker
from chargerctl.settings.problems import SettingsError

from tests.host.central.mqtt.client import Client
from tests.mosquitto import Mosquitto, needs_mosquitto

OWN = Broker("127.0.0.1", 4711, "central", "secret")


def settings(**given):
    """Of these settings, as texts."""
    return load_central(None, {}, given).values


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.fixture
def books(tmp_path):
    opened = open_books(str(tmp_path / "books.sqlite"), Policies(Policy.REFUSE, Policy.REFUSE))
    yield opened
    opened.close()


@pytest.fixture
def thread():
    made = LoopThread()
    yield made
    made.close()


def test_another_broker_has_an_account_of_its_own(tmp_path):
    (tmp_path / "word").write_text("a word\n")
    found = broker_of(
        settings(
            home_assistant="ha.lan",
            home_assistant_user="chargerctl",
            home_assistant_password_file=str(tmp_path / "word"),
            home_assistant_tls="true",
            broker="broker.lan",
            broker_user="central",
        ),
        None,
    )
    assert (found.host, found.port, found.username, found.password) == (
        "ha.lan",
        1883,
        "chargerctl",
        "a word",
    )
    assert found.context is not None
    assert "home_assistant_user" in found.account


SAME = {"home_assistant": "same", "broker": "broker.lan"}


def test_at_the_same_broker_there_is_an_account_of_its_own():
    own = {"home_assistant_user": "other", "home_assistant_password": "b"}
    found = broker_of(settings(**SAME, **own, broker_user="central", broker_password="a"), None)
    assert (found.host, found.username, found.password) == ("broker.lan", "other", "b")
    found = broker_of(settings(**SAME), None)
    assert (found.host, found.username, found.password) == ("broker.lan", "", "")


@pytest.mark.parametrize("user", ["", "central"])
def test_one_account_does_not_connect_twice_to_the_same_broker(user):
    """A broker that connects an account once would end one connection for the other, again and again."""
    with pytest.raises(InputError, match=r"central would connect twice.*home_assistant_user.*HOST:PORT"):
        broker_of(settings(**SAME, broker_user="central", home_assistant_user=user), None)
    # Who says where the broker is has it so.
    given = {"home_assistant": "broker.lan", "home_assistant_user": "central"}
    assert (
        broker_of(settings(broker="broker.lan", broker_user="central", **given), None).username == "central"
    )


def test_the_same_broker_may_be_the_one_in_this_process():
    assert broker_of(settings(home_assistant="same"), OWN) is OWN


def test_without_a_broker_of_the_chargers_there_is_no_same_one():
    with pytest.raises(InputError, match="there is no MQTT broker of the chargers"):
        broker_of(settings(home_assistant="same", listen="none", ocpp="127.0.0.1:9000"), None)


def test_home_assistant_is_a_guest_of_the_broker_in_this_process():
    guest = guest_of(settings(home_assistant="same", home_assistant_password="a word"))
    assert guest.rights.name == "homeassistant"
    assert password_matches(guest.password_hash, b"a word")
    assert guest_of(settings()) is None
    assert guest_of(settings(home_assistant="ha.lan")) is None
    assert guest_of(settings(home_assistant="same", broker="broker.lan")) is None


@pytest.mark.parametrize("name", ["a/b", "+", "x" * 26, "a b"])
def test_a_guest_has_a_name_that_a_broker_takes(name):
    with pytest.raises(InputError, match="home_assistant_user"):
        guest_of(settings(home_assistant="same", home_assistant_user=name, home_assistant_password="a"))


def test_no_charger_has_the_name_of_the_guest(books, thread):
    with books.writing() as connection:
        owner.add_charger(connection, "homeassistant", 0.0, password=b"a word")
    wanted = settings(home_assistant="same", listen="0.0.0.0:0", home_assistant_password="a word")
    with (
        pytest.raises(InputError, match="homeassistant is a charger in the books"),
        embedded(wanted, thread, books, books.charger_account, lambda event: None),
    ):
        pass


@pytest.mark.parametrize(
    ("card", "policy", "told"),
    [
        ("HOMEASSISTANT", Policy.REFUSE, 1),
        ("KNOWN", Policy.REFUSE, 0),
        ("", Policy.REFUSE, 0),
        ("X", Policy.ACCEPT, 0),
    ],
)
def test_a_card_that_starts_nothing_is_told_of(books, thread, card, policy, told):
    with books.writing() as connection:
        owner.put_cards(connection, [owner.Card("KNOWN")], 0.0)
    events = []
    # Nobody listens there: it is waited for.
    wanted = settings(home_assistant_card=card)
    with home_assistant(wanted, Broker("127.0.0.1", 1), thread, books, Silent(), policy, events.append):
        pass
    hints = [event.text for event in events if event.what == "hint"]
    assert len(hints) == told
    assert all("chargerctl central cards add HOMEASSISTANT" in each for each in hints)


def test_topics_of_chargers_are_apart():
    wanted = settings(
        home_assistant="same", charger_topic="chargerctl/{serial}", system_topic="/system/{serial}"
    )
    with pytest.raises(InputError, match="topics of chargers may not begin"):
        broker_of(wanted, OWN)


@pytest.mark.parametrize(
    "given",
    [
        {"home_assistant": "same", "broker_user": "central"},
        {"home_assistant": "ha.lan", "home_assistant_password_file": "missing"},
        {"home_assistant": "ha.lan", "home_assistant_ca": "missing"},
    ],
)
def test_no_charger_is_told_that_somebody_answers_where_the_settings_do_not_fit(books, tmp_path, given):
    needs_mosquitto()
    with books.writing() as connection:
        owner.add_charger(connection, "box-1", 0.0)
    broker = Mosquitto(tmp_path, "allow_anonymous true")
    client = Client(broker.port)
    try:
        assert client.subscribe("/system/box-1/connection")
        wanted = settings(database=str(tmp_path / "books.sqlite"), broker=f"127.0.0.1:{broker.port}", **given)
        with pytest.raises(ChargerctlError):
            serve(wanted, lambda event: None, threading.Event())
        client.publish("/system/box-1/connection", b"last")
        client.wait_until(lambda: client.payloads("/system/box-1/connection")[-1:] == [b"last"])
        assert client.payloads("/system/box-1/connection") == [b"last"]
    finally:
        client.close()
        broker.stop()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("home_assistant", "mqtt://ha.lan"),
        ("home_assistant_topic", "homeassistant"),
        ("home_assistant_topic", "a/b"),
        ("home_assistant_topic", "+"),
        ("home_assistant_topic", ""),
        ("home_assistant_card", "x" * 21),
        ("home_assistant_card", "\u00e4"),
    ],
)
def test_what_no_setting_can_be(name, text):
    with pytest.raises(SettingsError) as caught:
        settings(**{name: text})
    assert f"--{name.replace('_', '-')}" in caught.value.lines()[0]


class Silent:
    """A watch of books in which nothing happens."""

    def subscribe(self, on_change):
        return lambda: None
