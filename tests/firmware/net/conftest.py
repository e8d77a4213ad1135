# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A link under test: time is handed in (every pass takes 5 ms of it), the sockets are real."""

import socket
import struct

import pytest
from charger import ticks
from charger.net import minimqtt
from charger.net.mqtt import Link
from chargerctl.simulator.network.mqtt_packets import PacketSplitter

CONNECT, CONNACK, PUBLISH, PUBACK = 0x10, 0x20, 0x30, 0x40
SUBSCRIBE, SUBACK, PINGREQ, DISCONNECT = 0x80, 0x90, 0xC0, 0xE0
SILENCE = b""
PASS_MS = 5


@pytest.fixture(autouse=True)
def connection_manager_of_the_firmware(monkeypatch):
    """In this process another test may have loaded MiniMQTT with its real companion."""
    monkeypatch.setattr(minimqtt.library, "get_connection_manager", minimqtt.get_connection_manager)


class Clock:
    """The tick counter, a little before its wrap."""

    def __init__(self):
        self.now = (1 << 29) - 2000

    def __call__(self):
        return self.now

    def advance(self, ms):
        self.now = ticks.add(self.now, ms)


class Stalls:
    """Allows what is not longer than `limit`; with the relay open that is everything."""

    spent = False

    def __init__(self):
        self.limit = 1 << 30
        self.allowed = []

    def allow(self, ms):
        if ms > self.limit:
            return False
        self.allowed.append(ms)
        return True


class Log(list):
    def __call__(self, tag, text):
        self.append(f"{tag} {text}")

    def has(self, text):
        return any(text in line for line in self)


NAME_SERVER = "192.0.2.53"


class Wifi:
    connected = True

    def name_server(self):
        return NAME_SERVER


class NameServer:
    """A name server that the board reaches at NAME_SERVER and all around; it answers as soon as it is asked.

    `names`: name -> address. `answer(query)` may be replaced; None: it does not answer.
    """

    def __init__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = self._socket.getsockname()
        self.names = {}
        self.queries = []
        self.clients = []
        self.answer = self.truth
        # What the board takes for the sender of an answer.
        self.source = (NAME_SERVER, 53)

    def truth(self, query):
        address = self.names.get(name_of(query))
        if address is None:
            return answer_to(query, code=3)
        return answer_to(query, record(query[12:-4], 1, bytes(int(part) for part in address.split("."))))

    def asked(self):
        query, client = self._socket.recvfrom(512)
        self.queries.append(query)
        self.clients.append(client)
        answer = self.answer(query)
        if answer is not None:
            self.send(answer)

    def send(self, answer):
        self._socket.sendto(answer, self.clients[-1])

    @property
    def lookups(self):
        """How many look-ups began; the same question once more is not another."""
        return len({query[:2] for query in self.queries})

    def close(self):
        self._socket.close()


def name_of(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(labels)


def record(owner, kind, data, ttl=60):
    return owner + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def answer_to(query, *records, code=0, flags=0x8180):
    return (
        query[:2]
        + struct.pack("!HHHHH", flags | code, 1, len(records), 0, 0)
        + query[12:]
        + b"".join(records)
    )


class NamedPool:
    """The stdlib's sockets as a board's pool, of which questions for names reach one name server.

    `routes`: port -> where datagrams for it go; `sources`: port -> what the board takes for the sender of their answers.
    """

    AF_INET, SOCK_STREAM, SOCK_DGRAM = socket.AF_INET, socket.SOCK_STREAM, socket.SOCK_DGRAM
    IPPROTO_TCP, TCP_NODELAY = socket.IPPROTO_TCP, socket.TCP_NODELAY

    def __init__(self, server):
        self.server = server
        self.routes = {}
        self.sources = {}
        self.targets = []
        self.error = None
        self.made = []

    @property
    def open(self):
        return sum(each.fileno() >= 0 for each in self.made)

    def socket(self, family, kind):
        self.made.append(NamedSocket(self, family, kind))
        return self.made[-1]


class NamedSocket(socket.socket):
    def __init__(self, pool, family, kind):
        super().__init__(family, kind)
        self._pool = pool
        self._port = 0

    def sendto(self, data, target):
        pool = self._pool
        self._port = target[1]
        pool.targets.append(target)
        if pool.error:
            raise pool.error
        if target[1] in pool.routes:
            super().sendto(data, pool.routes[target[1]])
        else:
            super().sendto(data, pool.server.address)
            pool.server.asked()

    def recvfrom_into(self, buffer):
        size, _source = super().recvfrom_into(buffer)
        return size, self._pool.sources.get(self._port, self._pool.server.source)


def packet(first, body=b""):
    """An MQTT packet of any length."""
    length = bytearray()
    rest = len(body)
    while True:
        length.append(rest & 0x7F | (0x80 if rest > 0x7F else 0))
        rest >>= 7
        if not rest:
            return bytes([first]) + bytes(length) + body


def message(payload, topic=b"/system/box-1", qos=1, retain=False, pid=7):
    ident = struct.pack("!H", pid) if qos else b""
    body = struct.pack("!H", len(topic)) + topic + ident + payload
    return packet(PUBLISH | qos << 1 | retain, body)


class HostileBroker:
    """A broker on a real socket that answers from `answers`, `delay_ms` later; it runs after each pass of the link,
    never within one."""

    def __init__(self):
        self.delay_ms = 0
        self._late = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        # Fixed and small, so that a peer that does not read is full soon and stays so.
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.peer = None
        self.reads = True
        self.received = []
        self._packets = PacketSplitter()
        self.answers = {
            CONNECT: lambda body: packet(CONNACK, b"\0\0"),
            SUBSCRIBE: lambda body: packet(SUBACK, body[:2] + b"\1\1"),
            PUBLISH | 3: lambda body: packet(PUBACK, body[2 + body[1] :][:2]),
            PINGREQ: lambda body: packet(0xD0),
        }

    def serve(self, now=0):
        while self._late and ticks.reached(now, self._late[0][0]):
            peer, answer = self._late.pop(0)[1:]
            if peer is self.peer:
                self.send(answer)
        try:
            peer, _ = self.listener.accept()
        except BlockingIOError:
            pass
        else:
            self.hang_up()
            self.peer, self._packets = peer, PacketSplitter()
            peer.setblocking(False)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.peer and self.reads:
            self._read(now)

    def _read(self, now):
        try:
            data = self.peer.recv(65536)
        except (BlockingIOError, ConnectionError):
            return
        for whole in self._packets.feed(data):
            # Behind the last byte of the length, the first without its highest bit.
            head = next(at for at in range(1, 5) if not whole[at] & 0x80) + 1
            first, body = whole[0], whole[head:]
            self.received.append((first, body))
            kind = first if first & 0xF0 == PUBLISH else first & 0xF0
            answer = self.answers.get(kind, lambda body: SILENCE)(body)
            if answer and self.peer and self.delay_ms:
                self._late.append((ticks.add(now, self.delay_ms), self.peer, answer))
            elif answer and self.peer:
                self.send(answer)

    def send(self, data):
        self.peer.sendall(data)

    def hang_up(self, reset=False):
        if self.peer:
            if reset:
                self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.peer.close()
            self.peer = None

    def kinds(self):
        return [first & 0xF0 for first, _ in self.received]

    def close(self):
        self.hang_up()
        self.listener.close()


def settings(**changes):
    values = {
        "charger.serial": "box-1",
        "mqtt.broker": "127.0.0.1",
        "mqtt.port": 1883,
        "mqtt.client_id": "box-1",
        "mqtt.username": "",
        "mqtt.password": "",
        "mqtt.tls": False,
        "mqtt.ca_file": "",
        "mqtt.keep_alive": 60,
        "mqtt.topic_out": "/charger/box-1",
        "mqtt.topic_in": "/system/box-1",
        "safety.watchdog_seconds": 8,
    }
    values.update({key.replace("__", "."): value for key, value in changes.items()})
    return values


class Rig:
    """The link with its collaborators; `broker` is a HostileBroker, or None when a real one listens elsewhere."""

    def __init__(self, broker=None, pool=socket, **changes):
        self.broker = broker
        if broker:
            changes.setdefault("mqtt__port", broker.port)
        self.clock = Clock()
        self.stalls = Stalls()
        self.log = Log()
        self.wifi = Wifi()
        extra = {key: changes.pop(key) for key in ("make_context",) if key in changes}
        self.link = Link(
            pool,
            self.wifi,
            settings(**changes),
            self.clock,
            self.stalls,
            self.log,
            randrange=lambda n: 0,
            **extra,
        )

    def step(self, passes=1):
        for _ in range(passes):
            self.clock.advance(PASS_MS)
            self.link.step(self.clock.now)
            if self.broker:
                self.broker.serve(self.clock.now)

    def until(self, condition, within_ms=20000):
        """Runs passes until `condition()`; the time is the clock's own, so a slow machine changes nothing."""
        start = self.clock.now
        while not condition():
            assert ticks.diff(self.clock.now, start) <= within_ms, self.log
            self.step()
        return ticks.diff(self.clock.now, start)

    def connect(self):
        self.until(lambda: self.link.connected)
        return self

    def close(self):
        self.link.close()


@pytest.fixture
def broker():
    broker = HostileBroker()
    yield broker
    broker.close()


@pytest.fixture
def make_rig():
    rigs = []

    def make(*args, **changes):
        rigs.append(Rig(*args, **changes))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.close()


@pytest.fixture(params=[20, 1500], ids="answers after {} ms".format)
def late(request, broker):
    """A link whose broker answers late; not connected yet."""
    broker.delay_ms = request.param
    return request.getfixturevalue("rig")


@pytest.fixture
def rig(broker, make_rig):
    """A link and the broker it will find; not connected yet."""
    return make_rig(broker)


@pytest.fixture
def mqtt():
    """Builders of MQTT packets."""

    class Packets:
        pass

    Packets.packet = staticmethod(packet)
    Packets.message = staticmethod(message)
    return Packets


@pytest.fixture
def name_server():
    server = NameServer()
    yield server
    server.close()


@pytest.fixture
def named_pool(name_server):
    pool = NamedPool(name_server)
    yield pool
    for each in pool.made:
        each.close()


@pytest.fixture
def home():
    """The Wi-Fi network, which has a name server."""
    return Wifi()


@pytest.fixture(scope="session")
def dns():
    """Builders of DNS messages."""

    class Messages:
        pass

    Messages.record = staticmethod(record)
    Messages.answer_to = staticmethod(answer_to)
    return Messages


@pytest.fixture(scope="session")
def mqtt_message():
    """Builds a PUBLISH packet; for the whole session, as property tests want it."""
    return message


@pytest.fixture
def rig_parts():
    """A clock, stalls and a log for a part without a link."""
    return Clock(), Stalls(), Log()
