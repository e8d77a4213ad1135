# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Real brokers: amqtt in this process, mosquitto with TLS and password, and the board's way to them."""

import asyncio
import getpass
import os
import shutil
import socket
import subprocess
import time

import pytest
from adafruit_minimqtt.adafruit_minimqtt import MQTT, MMQTTException
from chargerctl.deploy import write_drive
from chargerctl.errors import ChargerctlError
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.local_broker import HOST, LocalBroker
from chargerctl.settings import effective_for_simulation
from chargerctl.simulator.job import Job, Simulation
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.network.mqtt_client import Client
from chargerctl.simulator.network.network import Network
from chargerctl.simulator.network.tcp_server import TcpServer
from chargerctl.simulator.python.modules import socketpool, ssl, wifi

from tests.certificates import make_certificates

# Board time in these tests is real time: what only costs time is made cheap.
QUICK = Costs(wifi_associate=1000, network_delay=1000, dns_lookup=1000, tls_handshake=1000)


class Board:
    """A board in real time whose broker is the one at `port`."""

    is_esp32 = True

    def __init__(self, thread: LoopThread, port: int, *, tls: bool = False) -> None:
        self.clock = Clock(realtime=True)
        self.costs = QUICK
        self.events = Events(self.clock)
        self.seen = []
        self.events.listen(self.seen.append)
        self.network = Network(self)
        self.network.serve("broker.test", 1883, TcpServer(thread, self.clock, HOST, port, tls=tls))
        radio = wifi.make(self).radio
        radio.connect("home")
        self.pool = socketpool.make(self).SocketPool(radio)
        self.ssl = ssl.make(self)

    def at_vm_end(self, call) -> None:
        self.vm_end = call

    def client(self, **options) -> MQTT:
        given = {"client_id": "c-1", "socket_timeout": 1, "recv_timeout": 5, "connect_retries": 1}
        client = MQTT(broker="broker.test", port=1883, socket_pool=self.pool, **{**given, **options})
        client.got = []
        client.on_message = lambda _client, topic, message: client.got.append((topic, message))
        return client

    def until(self, holds, seconds: float = 5) -> None:
        """Let board time pass until `holds()`."""
        limit = self.clock.now_us + seconds * 1_000_000
        while not holds():
            assert self.clock.now_us < limit, "it never happened"
            self.clock.spend(2_000)


def soon(holds) -> None:
    """Wait in real time until `holds()`."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


@pytest.fixture
def thread():
    thread = LoopThread()
    yield thread
    thread.run(cancel_all())
    thread.loop.call_soon_threadsafe(thread.loop.stop)
    soon(lambda: not thread.loop.is_running())
    thread.loop.close()


async def cancel_all():
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def local(thread):
    broker = LocalBroker(thread)
    yield broker
    broker.close()


@pytest.fixture
def listener(local):
    """An independent client that hears everything."""
    heard = []
    client = Client(HOST, local.port, ["#"], lambda *message: heard.append(message))
    client.heard = heard
    yield client
    client.close()


def test_board_and_central_system_meet_at_a_real_broker(thread, local, listener):
    board = Board(thread, local.port)
    client = board.client()
    client.connect()
    client.subscribe("/system/c-1", 1)
    client.publish("/charger/c-1", '[2,"1","Heartbeat",{}]', qos=1)
    board.until(lambda: ("/charger/c-1", b'[2,"1","Heartbeat",{}]') in listener.heard)
    listener.publish("/system/c-1", b'[3,"1",{}]')
    client.loop(1)
    assert client.got == [("/system/c-1", '[3,"1",{}]')]
    frames = [(each["dir"], each["frame"]) for each in board.seen if each["kind"] == "frame"]
    assert frames == [("out", [2, "1", "Heartbeat", {}]), ("in", [3, "1", {}])]


def test_link_faults_hold_on_the_way_to_a_real_broker(thread, local, listener):
    board = Board(thread, local.port)
    client = board.client()
    client.connect()
    board.network.wifi(False)
    client.publish("/charger/c-1", "held")
    board.clock.spend(300_000)
    assert listener.heard == []
    board.network.wifi(True)
    board.until(lambda: listener.heard == [("/charger/c-1", b"held")])


def test_servers_that_go_down_are_gone_for_the_real_broker_too(thread, local, listener):
    board = Board(thread, local.port)
    client = board.client()
    client.will_set("state", "offline", qos=1)
    client.connect()
    board.network.broker(False)
    board.until(lambda: ("state", b"offline") in listener.heard)
    with pytest.raises(MMQTTException):
        board.client().connect(session_id="second")


def test_a_broker_that_is_not_there_refuses(thread):
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    with pytest.raises(MMQTTException):
        Board(thread, port).client().connect()
    with pytest.raises(ChargerctlError, match=f"cannot connect to an MQTT broker at {HOST}:{port}"):
        Client(HOST, port, ["#"], print)


def test_a_taken_port_is_an_error(thread, local):
    with pytest.raises(OSError, match="in use"):
        LocalBroker(thread, local.port)


def test_messages_keep_their_order(listener):
    for number in range(50):
        listener.publish("n", str(number).encode())
    soon(lambda: len(listener.heard) == 50)
    assert [int(payload) for _topic, payload in listener.heard] == list(range(50))


def test_the_client_comes_back_after_the_broker_did(thread):
    heard = []
    broker = LocalBroker(thread)
    client = Client(HOST, broker.port, ["#"], lambda *message: heard.append(message))
    broker.close()
    broker = LocalBroker(thread, broker.port)
    client.publish("a", b"again")
    soon(lambda: heard == [("a", b"again")])
    client.close()
    broker.close()


# mosquitto: a broker that is not ours, with TLS and a password.

needs_mosquitto = pytest.mark.skipif(
    shutil.which("mosquitto") is None and os.environ.get("CI") != "true", reason="mosquitto is not installed"
)


@pytest.fixture
def mosquitto(tmp_path):
    """Starts mosquitto with the given lines of configuration; returns its port."""
    started = []

    def start(*lines: str) -> int:
        with socket.socket() as free:
            free.bind((HOST, 0))
            port = free.getsockname()[1]
        config = tmp_path / "mosquitto.conf"
        config.write_text("\n".join((f"user {getpass.getuser()}", f"listener {port} {HOST}", *lines, "")))
        process = subprocess.Popen(["mosquitto", "-c", str(config)], stderr=subprocess.DEVNULL)
        started.append(process)
        for _attempt in range(500):
            with socket.socket() as probe:
                if probe.connect_ex((HOST, port)) == 0:
                    return port
            assert process.poll() is None, "mosquitto did not start"
            time.sleep(0.01)
        raise AssertionError("mosquitto does not listen")

    yield start
    for process in started:
        process.terminate()
        process.wait()


@pytest.fixture
def certificates(tmp_path):
    """A certificate authority, and a certificate of it for broker.test."""
    return make_certificates(tmp_path, "broker.test")


@pytest.fixture
def guarded_port(mosquitto, certificates):
    """Of a mosquitto with TLS, and a user with a password."""
    passwords = certificates / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "user", "secret"], check=True)
    return mosquitto(
        f"certfile {certificates}/server.pem",
        f"keyfile {certificates}/server.key",
        f"password_file {passwords}",
    )


@needs_mosquitto
def test_mosquitto_with_tls_and_password(thread, guarded_port, certificates):
    board = Board(thread, guarded_port, tls=True)

    def connect(ca: str, password: str, session: str) -> None:
        context = board.ssl.create_default_context()
        context.load_verify_locations(cadata=(certificates / ca).read_text())
        client = board.client(is_ssl=True, ssl_context=context, username="user", password=password)
        client.connect(session_id=session)
        client.publish("a", "b", qos=1)

    connect("ca.pem", "secret", "right")
    with pytest.raises(MMQTTException, match=r"Incorrect username|Unauthorized"):
        connect("ca.pem", "wrong", "wrong password")
    with pytest.raises(MMQTTException) as raised:
        connect("other.pem", "secret", "wrong authority")
    assert raised.value.__cause__.args[0] == -0x2700
    assert "certificate" in raised.value.__cause__.args[1]


@pytest.fixture
def charger_console(guarded_port, certificates, tmp_path):
    """Runs the firmware in real time against mosquitto with TLS and a password; gives its console up to `last`."""

    def run(ca: str, password: str, last: str, *more: str) -> str:
        overrides = [
            "mqtt.broker=broker.test",
            f"mqtt.password={password}",
            "mqtt.username=user",
            "mqtt.tls=true",
            "mqtt.ca_file=/ca.pem",
            *more,
        ]
        settings = effective_for_simulation(None, {}, overrides)
        drive = tmp_path / "drive"
        write_drive(drive, settings.flat(), "seeed_xiao_esp32c6")
        (drive / "ca.pem").write_text((certificates / ca).read_text())
        simulation = Simulation(Job(drive, True, broker=f"localhost:{guarded_port}", local_central=False))
        lines = []
        for event in simulation.events():
            if event["kind"] == "console":
                lines.append(event["text"])
                if last in event["text"]:
                    simulation.interrupt()
            assert event.get("t", 0) < 60, lines
        simulation.close()
        return "\n".join(lines)

    return run


@needs_mosquitto
def test_the_firmware_connects_to_mosquitto_with_tls_and_password(charger_console):
    assert "Connected to broker broker.test:8883" in charger_console(
        "ca.pem", "secret", "Connected to broker"
    )


@needs_mosquitto
def test_the_firmware_refuses_a_wrong_certificate_and_says_so(charger_console):
    said = charger_console("other.pem", "secret", "certificate not accepted")
    assert (
        "Broker broker.test:8883 not reachable (certificate not accepted, check mqtt.ca_file and mqtt.broker: "
        in said
    )
    assert "Connected to broker" not in said


@needs_mosquitto
def test_the_firmware_says_that_mosquitto_refuses_its_password(charger_console):
    assert (
        "Broker broker.test:8883 refused the connection (MQTT code 5, not authorised: check "
        in charger_console("ca.pem", "wrong", "MQTT code 5")
    )


@needs_mosquitto
def test_the_firmware_names_a_tls_port_that_it_speaks_plain_mqtt_to(charger_console):
    plain = ("mqtt.tls=false", "mqtt.ca_file=", "mqtt.port=8883")
    # The first refusal may come without its cause: a pass that has blocked before does not load the words, too.
    said = charger_console("ca.pem", "secret", "TLS expected", *plain)
    assert "closed by the broker at CONNECT: TLS expected (mqtt.tls), " in said


@needs_mosquitto
def test_a_plain_port_is_no_matter_of_certificates(thread, mosquitto, certificates):
    board = Board(thread, mosquitto("allow_anonymous true"), tls=True)
    context = board.ssl.create_default_context()
    context.load_verify_locations(cadata=(certificates / "ca.pem").read_text())
    with pytest.raises(MMQTTException) as raised:
        board.client(is_ssl=True, ssl_context=context).connect()
    number, text = raised.value.__cause__.args
    assert number in (-0x7200, -0x7280)
    assert text.startswith(("MBEDTLS_ERR_SSL_INVALID_RECORD; ", "MBEDTLS_ERR_SSL_CONN_EOF; "))
