# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A board that is nothing but a clock and the network's modules with a broker to talk to; and the charger, as deployed."""

from __future__ import annotations

import adafruit_connection_manager
import pytest
from adafruit_minimqtt import adafruit_minimqtt
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.network.broker import MemoryBroker
from chargerctl.simulator.network.network import Network
from chargerctl.simulator.python.modules import select, socketpool, ssl, wifi

from tests import deployed

BROKER = "broker.example"
PORT = 1883


@pytest.fixture(autouse=True)
def own_connection_manager(monkeypatch):
    """MiniMQTT with its real companion: in this process the firmware may have loaded it with a stand-in."""
    monkeypatch.setattr(
        adafruit_minimqtt, "get_connection_manager", adafruit_connection_manager.get_connection_manager
    )


class Board:
    """What the network needs of a VirtualBoard, and the modules of one start of its VM."""

    def __init__(self, is_esp32: bool) -> None:
        self.clock = Clock()
        self.costs = Costs()
        self.events = Events(self.clock)
        self.is_esp32 = is_esp32
        self.seen: list[dict[str, object]] = []
        self.events.listen(self.seen.append)
        self.network = Network(self)
        self.broker = MemoryBroker(self.clock)
        self.address = self.network.serve(BROKER, PORT, self.broker)
        self.network.serve_time("time.example")
        self._vm_end: list[object] = []
        self.start_vm()

    def start_vm(self) -> None:
        self.radio = wifi.make(self).radio
        self.pool = socketpool.make(self).SocketPool(self.radio)
        self.select = select.make(self)
        self.ssl = ssl.make(self)

    def at_vm_end(self, call) -> None:
        self._vm_end.append(call)

    def end_vm(self, orderly: bool) -> None:
        calls, self._vm_end = self._vm_end, []
        for call in calls:
            call(orderly)

    def join(self) -> None:
        self.radio.connect("home", "12345678")

    def connect(self, timeout: float | None = 1):
        """A socket that is connected to the broker."""
        socket = self.pool.socket()
        socket.settimeout(timeout)
        socket.connect((self.address, PORT))
        return socket

    def wait(self, seconds: float) -> None:
        self.clock.spend(round(seconds * 1_000_000))

    def took(self, call) -> float:
        """Seconds of board time that `call()` takes."""
        start = self.clock.now_us
        call()
        return (self.clock.now_us - start) / 1_000_000

    def frames(self, direction: str) -> list[object]:
        return [each["frame"] for each in self.seen if each["kind"] == "frame" and each["dir"] == direction]


class Echo:
    """A server that keeps what it gets and does what a test says."""

    def __init__(self) -> None:
        self.got = bytearray()
        self.gone = False
        self.connection = None

    def accept(self, connection):
        self.connection = connection
        connection.opened()
        return self

    def received(self, data: bytes) -> None:
        self.got += data

    def disconnected(self) -> None:
        self.gone = True

    def start_tls(self, request) -> None:
        self.request = request


@pytest.fixture(params=["esp32", "rp2"])
def any_board(request) -> Board:
    """Either chip family."""
    return Board(request.param == "esp32")


@pytest.fixture
def esp32() -> Board:
    return Board(is_esp32=True)


@pytest.fixture
def rp2() -> Board:
    return Board(is_esp32=False)


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def online(any_board) -> Board:
    """Either chip family, joined to the access point."""
    any_board.join()
    return any_board


@pytest.fixture(scope="session")
def make_board():
    """Makes an ESP32 board and a server for it: for property tests, which need new ones for each example."""
    return lambda: (Board(is_esp32=True), Echo())


ESP32, RP2 = "seeed_xiao_esp32c6", "raspberry_pi_pico_w"


class Charger(deployed.Charger):
    """Settings are given as `section__key="text"`."""

    def __init__(self, drive, board_id, **overrides):
        settings = [f"{name.replace('__', '.')}={text}" for name, text in overrides.items()]
        super().__init__(drive, board_id, settings)

    def on(self):
        self.board.power(True)
        return self

    def wait(self, seconds):
        self.board.run_for(seconds)

    def serves(self, within=120):
        """A customer comes, charges, and goes."""
        self.until(lambda: self.ready, within)
        self.world.plug()
        self.wait(2)
        self.world.swipe("04A2B3C4")
        self.until(lambda: self.world.relay_closed, 20)
        self.world.unplug()
        self.until(lambda: not self.world.relay_closed, 1)
        self.until(lambda: self.scene.status == "Available", 20)


@pytest.fixture
def make_charger(tmp_path):
    return lambda board_id=ESP32, **overrides: Charger(tmp_path / "drive", board_id, **overrides)


@pytest.fixture(params=[ESP32, RP2])
def charger(request, make_charger):
    return make_charger(request.param)
