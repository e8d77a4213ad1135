# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware's own link over real sockets and a real broker, and what can be wrong with the way between."""

import socket
import subprocess

import pytest
from chargerctl.fleet.links.mqtt import BrokerAddress, Mqtt

from tests.certificates import make_certificates
from tests.mosquitto import free_port

ACCEPTED = "BootNotification accepted"


def makes(fleet, port, host="127.0.0.1", **tls):
    return Mqtt(fleet.firmware, fleet.sockets, BrokerAddress(host, port, **tls))


@pytest.fixture
def one(fleet, broker):
    """A charger that is accepted, and has had its answers."""
    fleet.add(makes(fleet, broker.port), "cp")
    fleet.until_called("StatusNotification", connectorId=1)
    fleet.until(lambda: len(fleet.answers("cp")) == len(fleet.calls(..., "cp")), "the answers")
    return fleet.chargers["cp"]


def test_twenty_chargers_boot_charge_and_outlive_a_restart_of_the_broker(fleet, broker):
    fleet.add(makes(fleet, broker.port), *(f"cp-{number}" for number in range(20)))
    fleet.until_said(ACCEPTED)
    fleet.begin_session()

    broker.kill()
    fleet.until_said("Connection to broker")
    fleet.until_said("connection refused: is a broker running there?")
    fleet.forget()
    broker.restart()
    fleet.until_said("Connected to broker")
    assert all(charger.relay.closed for charger in fleet.chargers.values())

    fleet.end_session()
    fleet.until(lambda: not any(charger.unconfirmed for charger in fleet.chargers.values()), "answers")


def test_a_name_is_looked_up_once_for_all(fleet, broker, monkeypatch):
    asked = []

    def look_up(host, *_, **__):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    fleet.add(makes(fleet, broker.port, "broker.lan"), "cp-1", "cp-2", "cp-3")
    fleet.until_said("Connected to broker broker.lan")
    assert asked == ["broker.lan"]


def test_a_name_that_is_none_is_said(fleet, monkeypatch):
    def look_up(host, *_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    fleet.add(makes(fleet, 1883, "broker.lan"), "cp")
    fleet.until_said("name not found, Name or service not known")


def test_nobody_listens_at_the_port(fleet):
    fleet.add(makes(fleet, free_port()), "cp")
    fleet.until_said(
        "not reachable (connection refused: is a broker running there? (mqtt.port)), next try in 1 s"
    )


def test_each_charger_has_its_own_password(fleet, start_broker, tmp_path):
    passwords = tmp_path / "passwords"
    passwords.touch(mode=0o600)
    for user in ("central", "good", "bad"):
        subprocess.run(
            ["mosquitto_passwd", "-b", passwords, user, f"{user}-secret"], check=True, capture_output=True
        )
    broker = start_broker(
        "user root", "allow_anonymous false", f"password_file {passwords}", user=("central", "central-secret")
    )
    links = makes(fleet, broker.port)
    fleet.add(links, "good", mqtt_username="good", mqtt_password="good-secret")
    fleet.add(links, "bad", mqtt_username="bad", mqtt_password="guessed")
    fleet.until_said(ACCEPTED, "good")
    fleet.until_said("refused the connection (MQTT code 5, not authorised", "bad")


def test_tls_with_the_broker_s_certificate_and_with_another_one(fleet, start_broker, tmp_path):
    folder = make_certificates(tmp_path)
    files = f"certfile {folder / 'server.pem'}\nkeyfile {folder / 'server.key'}"
    port = free_port()
    start_broker("user root", "allow_anonymous true", f"listener {port} 127.0.0.1", files)
    fleet.add(makes(fleet, port, "localhost", tls=True, ca_file=str(folder / "ca.pem")), "cp")
    fleet.until_said(ACCEPTED, "cp")
    fleet.add(makes(fleet, port, "localhost", tls=True, ca_file=str(folder / "other.pem")), "wary")
    fleet.until_said("certificate not accepted", "wary")
    fleet.add(makes(fleet, port, "localhost", tls=True, ca_file=str(folder / "none.pem")), "lost")
    fleet.until_said("cannot be used: cannot read", "lost")


def test_a_half_open_connection_is_found_out_and_replaced(fleet, one):
    fleet.networks["cp"].half_open()
    fleet.until_said("lost (no answer to a ping in 5 s)")
    fleet.forget()
    fleet.until_said("Connected to broker")


def test_without_wi_fi_the_connection_is_lost_and_the_broker_hears_nothing(fleet, one):
    network = fleet.networks["cp"]
    network.wifi(False)
    fleet.until_said("Connection to broker")
    assert fleet.said("Wi-Fi is down", "cp")
    assert fleet.sockets.abandoned == 1
    network.wifi(True)
    # It comes again under its name, so that the broker ends the old connection.
    fleet.until(lambda: fleet.sockets.abandoned == 0)
    fleet.until(lambda: one.connected)


def test_wi_fi_that_is_down_before_the_charger_starts(fleet, broker):
    links = makes(fleet, broker.port)
    network = links.network()
    network.wifi(False)
    links.network = lambda: network
    fleet.add(links, "cp")
    fleet.driver.run(500_000)
    # It does not even try.
    assert fleet.chargers["cp"].core
    assert not fleet.lines
    network.wifi(True)
    fleet.until_said(ACCEPTED)


def test_a_charger_without_power_says_nothing_and_comes_back(fleet, one):
    one.power(False)
    assert fleet.sockets.abandoned == 1
    fleet.forget()
    one.power(True)
    fleet.until_said(ACCEPTED)
    fleet.until(lambda: fleet.sockets.abandoned == 0)


def test_the_broker_is_down_for_one_charger_only(fleet, broker, one):
    fleet.add(makes(fleet, broker.port), "other")
    fleet.until_said(ACCEPTED, "other")
    network = fleet.networks["cp"]
    network.broker(False)
    fleet.until_said("Connection to broker", "cp")
    fleet.until_said("connection refused", "cp")
    assert not one.connected
    assert fleet.chargers["other"].connected
    network.broker(True)
    fleet.until(lambda: one.connected)


def test_a_broker_that_went_down_behind_a_silent_link_is_noticed_once_it_speaks(fleet, one):
    network = fleet.networks["cp"]
    network.silent(True)
    network.broker(False)
    fleet.driver.run(fleet.clock.now_us + 200_000)
    assert one.connected
    network.silent(False)
    fleet.until_said("Connection to broker")
    network.heal()
    fleet.until(lambda: one.connected)


def test_what_is_sent_over_a_silent_link_arrives_once_it_speaks_again(fleet, one):
    network = fleet.networks["cp"]
    network.silent(True)
    fleet.forget()
    one.cable.on = True
    one.stir()
    fleet.until_called("StatusNotification", status="Preparing")
    assert not fleet.answers("cp")
    network.silent(False)
    fleet.until(lambda: fleet.answers("cp"), "the answer")
    assert one.connected


def test_a_slow_link_carries_a_session_slowly(fleet, broker):
    links = makes(fleet, broker.port)
    fleet.add(links, "cp")
    fleet.networks["cp"].slow(600)
    fleet.until_said(ACCEPTED)
    # The BootNotification alone has so many bytes.
    assert fleet.clock.now_us > 300_000
    fleet.networks["cp"].heal()
    fleet.begin_session()
