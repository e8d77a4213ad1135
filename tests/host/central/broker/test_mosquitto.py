# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What each account can do at a real mosquitto that runs with our files, and above all what it cannot."""

import os
import socket
import ssl
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from chargerctl.central.accounts import Account
from chargerctl.central.broker.setup import set_up
from chargerctl.central.passwords import hash_password
from chargerctl.doctor.broker import broker_findings
from chargerctl.doctor.finding import OK
from chargerctl.doctor.probe import Login, probe
from chargerctl.mqtt.topics import Topics
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.mosquitto import RunningMosquitto, free_port, needs_mosquitto

PATIENCE_S = 60
# Names that differ in case, that begin like another, and that a file system or a topic could take for something else.
CHARGERS = ("box-1", "box-2", "Box-1", "box-1.", "..", "connection", "charger")
EVERYTHING = (
    "#",
    "+/#",
    "/#",
    "/+/+",
    "/+/+/+",
    "/system/+",
    "/system/#",
    "/charger/#",
    "$SYS/#",
    "$share/group/#",
    "$share/group//system/+",
    "$share/group//charger/+/connection",
)


@pytest.fixture(autouse=True, scope="module")
def tools():
    needs_mosquitto()


def accounts(*names):
    return [Account(name, hash_password(word(name).encode(), 101)) for name in names]


def word(name):
    """The password of a charger."""
    return f"word-of-{name.partition('@')[0]}"


class Site:
    """A broker with our files, for these chargers."""

    def __init__(self, folder, *chargers):
        self.folder = folder / "broker"
        self.port, self.local_port = free_port(), free_port()
        given = {
            "address": "127.0.0.1",
            "port": self.port,
            "local_port": self.local_port,
            "names": ("localhost",),
            "user": "root",  # pytest's folders are for their owner only
        }
        self.done = self.set_up(chargers, **given)
        self.broker = RunningMosquitto(self.folder / "mosquitto.conf")

    def set_up(self, chargers, **given):
        return set_up(self.folder, given, accounts(*chargers), Topics(), datetime.now(UTC))

    def password_of(self, name):
        file = self.folder / f"{name}.password"
        return file.read_text().strip() if file.exists() else word(name)

    def context(self):
        # As strict as Python 3.13 is, which the virtual board runs on, too.
        context = ssl.create_default_context(cafile=self.folder / "ca.pem")
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context


class Client:
    """A client on a thread of its own, of MQTT 5 unless it says otherwise. heard: [(topic, payload, retained)]."""

    def __init__(
        self,
        site,
        name,
        *,
        password=None,
        client_id="",
        will=None,
        port=None,
        tls=True,
        clean=True,
        version=paho.MQTTv5,
    ):
        self.name = name
        self.heard, self._acked = [], {}
        self._changed = threading.Condition()
        self.refusal = None
        self.connects = self.losses = 0
        self._client = client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id, protocol=version, reconnect_on_failure=False
        )
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = lambda client, data, m: self._note(
            self.heard.append, (m.topic, m.payload, m.retain)
        )
        client.on_subscribe = lambda client, data, mid, reasons, properties: self._ack(mid, reasons)
        client.on_publish = lambda client, data, mid, reason, properties: self._ack(mid, reason)
        if name is not None:
            client.username_pw_set(name, site.password_of(name) if password is None else password)
        if will:
            client.will_set(will, b"last will of " + name.encode(), qos=1, retain=True)
        if tls:
            client.tls_set_context(site.context())
        session = {"clean_start": clean} if version == paho.MQTTv5 else {}
        client.connect("localhost" if tls else "127.0.0.1", port or site.port, **session)
        client.loop_start()
        self.until(lambda: self.connects or self.losses)

    def until(self, condition):
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE_S), (self.name, self.heard[-5:])

    def subscribe(self, *topics):
        sent = self._client.subscribe([(topic, 1) for topic in topics])[1]
        self.until(lambda: sent in self._acked)

    def publish(self, topic, payload=b"x", retain=False, properties=None):
        """Whether the broker allowed it."""
        sent = self._client.publish(topic, payload, 1, retain, properties).mid
        self.until(lambda: sent in self._acked)
        return not self._acked[sent].is_failure

    @property
    def topics(self):
        return {topic for topic, _, _ in self.heard}

    def vanish(self):
        """Without a word: the broker sends the last will."""
        sock = self._client.socket()
        sock.shutdown(2)
        self.until(lambda: self.losses)
        self.close()

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client, data, flags, reason, properties):
        if reason.is_failure:
            self.refusal = str(reason)
            self._note(setattr, self, "losses", self.losses + 1)
        else:
            self._note(setattr, self, "connects", self.connects + 1)

    def _on_disconnect(self, client, data, flags, reason, properties):
        self._note(setattr, self, "losses", self.losses + 1)

    def _ack(self, mid, reason):
        self._note(self._acked.__setitem__, mid, reason)

    def _note(self, what, *arguments):
        with self._changed:
            what(*arguments)
            self._changed.notify_all()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("site"), *CHARGERS)
    yield site
    site.broker.stop()


@pytest.fixture
def join(site):
    """join("box-1", ...) -> its Client."""
    clients = []

    def connect(name, site=site, **options):
        clients.append(Client(site, name, **options))
        return clients[-1]

    yield connect
    for each in clients:
        each.close()


@pytest.fixture
def central(join):
    """The central system, which has heard everything that chargers published when `after()` returns."""
    client = join("central")
    client.subscribe("/charger/#")
    return client


def own(name):
    return {f"/system/{name}", f"/system/{name}/connection"}


def test_a_charger_publishes_on_its_own_two_topics_only(join, central):
    topics = [
        f"/{side}/{name}{below}"
        for side in ("charger", "system")
        for name in (*CHARGERS, "unknown")
        for below in ("", "/connection", "/more")
    ]
    topics += [
        "/charger",
        "/charger/",
        "charger/box-1",
        "x",
        "$SYS/broker/uptime",
        "/charger/box-1/connection/",
    ]
    for name in CHARGERS:
        charger = join(name)
        allowed = {topic for topic in topics if charger.publish(topic, name.encode())}
        assert allowed == {f"/charger/{name}", f"/charger/{name}/connection"}
    central.until(lambda: len(central.heard) >= 2 * len(CHARGERS))
    assert {(topic, payload.decode()) for topic, payload, _ in central.heard} == {
        (f"/charger/{name}{below}", name) for name in CHARGERS for below in ("", "/connection")
    }


def test_no_alias_of_a_topic_leads_to_anothers(join, central):
    charger = join("box-1")

    def alias(number):
        properties = Properties(PacketTypes.PUBLISH)
        properties.TopicAlias = number
        return properties

    assert not charger.publish("/charger/box-2", properties=alias(1))
    assert not charger.publish("", properties=alias(1))
    assert charger.publish("/charger/box-1", b"end")
    central.until(lambda: central.heard)
    assert central.heard == [("/charger/box-1", b"end", False)]


def test_what_mqtt_3_publishes_elsewhere_reaches_nobody(join, central):
    """It has no word for a refusal."""
    late = join("box-2")
    late.subscribe(*EVERYTHING)
    charger = join("box-1", version=paho.MQTTv311)
    for topic in ("/charger/box-2", "/charger/box-2/connection", "/system/box-2", "/system/box-2/connection"):
        charger.publish(topic, b"forged", retain=True)
    charger.publish("/charger/box-1", b"end")
    central.until(lambda: ("/charger/box-1", b"end", False) in central.heard)
    central.publish("/system/box-2", b"end")
    late.until(lambda: ("/system/box-2", b"end", False) in late.heard)
    assert b"forged" not in [payload for _, payload, _ in [*central.heard, *late.heard]]


@pytest.mark.parametrize("version", [paho.MQTTv311, paho.MQTTv5])
def test_a_charger_reads_its_own_two_topics_only_whatever_it_subscribes_to(join, central, version):
    chargers = [join(name, version=version) for name in CHARGERS]
    for charger in chargers:
        charger.subscribe(*EVERYTHING, *(topic for name in CHARGERS for topic in own(name)))
    for sender in chargers:
        assert sender.publish(f"/charger/{sender.name}", b"call")
        assert sender.publish(f"/charger/{sender.name}/connection", b"online", retain=True)
    for name in (*CHARGERS, "unknown"):
        for retain in (False, True):
            assert central.publish(f"/system/{name}/connection", b"offline", retain)
            assert central.publish(f"/system/{name}", b"answer", retain)
    for charger in chargers:
        assert central.publish(f"/system/{charger.name}", b"end")
        charger.until(lambda charger=charger: charger.heard and charger.heard[-1][1] == b"end")
        assert charger.topics == own(charger.name)


def test_what_is_retained_is_kept_from_others_too(join, central):
    for name in CHARGERS:
        assert central.publish(f"/system/{name}/connection", b"offline", retain=True)
        assert central.publish(f"/system/{name}", b"old", retain=True)
    for name in CHARGERS:
        charger = join(name)
        charger.subscribe(*EVERYTHING)
        charger.until(lambda charger=charger, name=name: charger.topics >= own(name))
        assert central.publish(f"/system/{name}", b"end")
        charger.until(lambda charger=charger: charger.heard[-1][1] == b"end")
        assert charger.topics == own(name)


def test_a_last_will_is_published_on_ones_own_topic_only(join, central):
    for topic in ("/charger/box-2/connection", "/system/box-2/connection", "/charger/box-1/connection"):
        join("box-1", will=topic).vanish()
    central.until(lambda: central.heard)
    late = join("central")  # takes the place of the one before
    late.subscribe("/charger/#", "/system/#")
    late.until(lambda: ("/charger/box-1/connection", b"last will of box-1", True) in late.heard)
    assert b"last will of box-1" not in [
        payload for topic, payload, _ in [*central.heard, *late.heard] if "box-1/" not in topic
    ]


def test_anothers_client_id_ends_no_connection_and_gets_no_session(join, central):
    victim = join("box-2", client_id="box-2")
    victim.subscribe("/system/box-2")
    for clean in (True, False):
        thief = join("box-1", client_id="box-2", clean=clean)
        assert central.publish("/system/box-2", b"for box-2")
        assert thief.publish("/charger/box-1", b"mine")
        assert not thief.heard
    victim.until(lambda: [payload for _, payload, _ in victim.heard].count(b"for box-2") == 2)
    assert not victim.losses


def test_the_central_system_reads_chargers_and_writes_to_them_and_nothing_else(join, central):
    central.subscribe(*EVERYTHING)
    for topic in (
        "/charger/box-1",
        "/charger/box-1/connection",
        "/charger/box-1/more",
        "/system/box-1/more",
        "x",
    ):
        assert not central.publish(topic)
    assert join("box-1").publish("/charger/box-1", b"end")
    central.until(lambda: ("/charger/box-1", b"end", False) in central.heard)
    assert not [topic for topic in central.topics if not topic.startswith("/charger/")]


@pytest.mark.parametrize(
    ("name", "password"),
    [
        (None, None),
        ("", ""),
        ("box-1", ""),
        ("box-1", "word-of-box-2"),
        ("unknown", "word-of-unknown"),
        ("central", ""),
        ("+", "word-of-box-1"),
        ("#", "word-of-box-1"),
        ("box-1/../box-2", "word-of-box-1"),
        ("BOX-1", "word-of-box-1"),
        ("# Written by `chargerctl central broker mosquitto`", " run it again instead of editing this file."),
    ],
)
@pytest.mark.parametrize("local", [False, True])
def test_nobody_else_is_let_in(site, join, name, password, local):
    port = site.local_port if local else site.port
    assert join(name, password=password, port=port, tls=not local).refusal


def test_the_port_of_the_chargers_speaks_tls_only(site, join):
    assert not join("box-1", tls=False).connects
    with pytest.raises(ssl.SSLCertVerificationError):
        _shake(site, ssl.create_default_context(), "localhost")
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        _shake(site, site.context(), "127.0.0.1")
    _shake(site, site.context(), "localhost")


def _shake(site, context, name):
    with (
        socket.create_connection(("127.0.0.1", site.port), PATIENCE_S) as plain,
        context.wrap_socket(plain, server_hostname=name),
    ):
        pass


def test_the_doctor_leaves_the_charger_its_connection(site, join, central):
    charger = join("box-1")
    charger.publish("/charger/box-1/connection", b"online", retain=True)
    login = Login(
        "localhost",
        site.port,
        "/charger/box-1",
        "/system/box-1",
        "box-1@doctor",
        word("box-1"),
        site.context(),
    )
    found = probe(login, 0.5, newer_s=PATIENCE_S)
    assert [each.result for each in broker_findings(login, found)] == [OK, OK]
    assert ("/charger/box-1/connection", b"online") in [(m.topic, m.payload) for m in found.messages]
    assert charger.publish("/charger/box-1")
    assert not charger.losses


def test_the_doctors_account_sends_no_frames(join):
    doctor = join("box-1@doctor")
    assert doctor.publish("/charger/box-1/connection", b"")
    for topic in ("/charger/box-1", "/system/box-1", "/charger/box-2", "/charger/box-2/connection"):
        assert not doctor.publish(topic)


def test_after_a_reload_a_new_charger_is_let_in_and_a_removed_one_put_out(tmp_path):
    site = Site(tmp_path, "box-1", "box-2")
    try:
        stays, goes, program = (Client(site, name) for name in ("box-1", "box-2", "central"))
        assert site.set_up(["box-1", "box-3"]).changed == ["acl", "passwords"]
        site.broker.reload()
        goes.until(lambda: goes.losses)
        new = Client(site, "box-3")
        assert new.publish("/charger/box-3")
        assert not new.publish("/charger/box-2")
        assert Client(site, "box-2").refusal
        assert stays.publish("/charger/box-1")
        assert program.publish("/system/box-3")
        for each in (stays, goes, program, new):
            each.close()
    finally:
        site.broker.stop()


def test_after_a_reload_the_new_certificate_is_in_use(tmp_path):
    site = Site(tmp_path, "box-1")
    try:
        later = datetime.now(UTC) + timedelta(days=9 * 365)
        before = ssl.get_server_certificate(("127.0.0.1", site.port))
        done = set_up(site.folder, {}, accounts("box-1"), Topics(), later)
        assert {"server.pem", "server.key"} <= set(done.changed)
        assert "ca.pem" not in done.changed
        assert done.next_step == "reload"
        site.broker.reload()
        assert ssl.get_server_certificate(("127.0.0.1", site.port)) != before
    finally:
        site.broker.stop()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can start it as another user"
)
def test_started_by_root_it_reads_its_files_as_the_user_mosquitto():
    with tempfile.TemporaryDirectory() as reachable:  # pytest's own are for their owner only
        Path(reachable).chmod(0o755)
        folder = Path(reachable) / "broker"
        given = {"port": free_port(), "local_port": free_port(), "names": ("localhost",)}
        set_up(folder, given, accounts("box-1"), Topics(), datetime.now(UTC))
        broker = RunningMosquitto(folder / "mosquitto.conf")
        broker.reload()
        broker.stop()
        assert not [line for line in broker.log.splitlines() if "Error" in line]
        assert (folder / "ca.key").stat().st_uid == 0
        assert (folder / "server.key").stat().st_uid != 0
