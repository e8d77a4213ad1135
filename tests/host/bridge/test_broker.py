# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The bridge and its broker: what goes wrong there, and what becomes of the chargers meanwhile."""

import asyncio
import socket

import pytest
from chargerctl.mqtt.connection import Broker, BrokerError, Connection
from chargerctl.mqtt.local_broker import HOST

from tests.certificates import make_certificates
from tests.mosquitto import Mosquitto, needs_mosquitto
from tests.visits import visited

# The key and the passwords are readable for their owner only.
RUN_AS = ("user root",)

HEARTBEAT = '[2,"a-1","Heartbeat",{}]'


def problem(broker, topics=("/charger/+",), during=None):
    async def attempt():
        connection = Connection(broker, topics, lambda *message: None)
        with pytest.raises(BrokerError) as caught:
            await connection.connect()
        return caught.value.message

    return asyncio.run(attempt())


def test_nobody_listens():
    with socket.create_server((HOST, 0)) as probe:
        port = probe.getsockname()[1]
    assert (
        problem(Broker(HOST, port))
        == f"broker {HOST}:{port}: connection refused; start it, or correct the port"
    )


def test_it_hangs_up():
    async def attempt():
        async def visit(reader, writer):
            await reader.read(100)

        async with visited(visit) as port:
            with pytest.raises(BrokerError, match="expects TLS at that port"):
                await Connection(Broker(HOST, port), ["a"], print).connect()

    asyncio.run(attempt())


def test_what_it_says_is_no_mqtt():
    async def attempt():
        async def visit(reader, writer):
            await reader.read(100)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n" + b"Way: too long\r\n" * 20)
            await writer.drain()
            await reader.read(100)

        async with visited(visit) as port:
            with pytest.raises(BrokerError, match=f"broker {HOST}:{port}: "):
                await Connection(Broker(HOST, port), ["a"], print).connect()

    asyncio.run(attempt())


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A mosquitto with TLS, where `bridge` may do what a bridge has to, and `weak` nothing."""
    needs_mosquitto()
    import subprocess

    folder = make_certificates(tmp_path_factory.mktemp("guarded"))
    for account in ("bridge", "weak", "c1"):
        create = [] if (folder / "passwords").exists() else ["-c"]
        subprocess.run(
            ["mosquitto_passwd", "-b", *create, "passwords", account, "Zq-secret"], cwd=folder, check=True
        )
    (folder / "acl").write_text(
        "user bridge\ntopic read /charger/+\ntopic read /charger/+/connection\ntopic write /system/+\n"
        "topic write /system/+/connection\nuser c1\ntopic readwrite #\n"
    )
    server = Mosquitto(
        folder,
        *RUN_AS,
        "allow_anonymous false",
        f"password_file {folder / 'passwords'}",
        f"acl_file {folder / 'acl'}",
        f"certfile {folder / 'server.pem'}",
        f"keyfile {folder / 'server.key'}",
    )
    server.folder = folder
    yield server
    server.stop()


def login(server, user="bridge", password="Zq-secret", ca="ca.pem", host="localhost"):
    from chargerctl.ocppj import client_tls

    return Broker(host, server.port, user, password, client_tls(server.folder / ca))


def test_accounts_and_certificates_are_named_without_the_password(guarded):
    wrong = problem(login(guarded, password="Zq-wrong"))
    assert wrong.startswith(
        f"broker localhost:{guarded.port}: it refused user bridge: Not authorized; correct"
    )
    assert "--broker-user" in wrong
    assert "Zq" not in wrong
    assert "is not signed by an authority that is trusted here" in problem(login(guarded, ca="other.pem"))
    assert "--broker-ca" in problem(login(guarded, ca="other.pem"))
    assert "is for another address" in problem(login(guarded, host=HOST))
    plain = problem(Broker(HOST, guarded.port, "bridge", "Zq-secret"))
    assert "expects TLS at that port" in plain


def test_over_tls_with_the_account_of_a_bridge_frames_pass(guarded, play):
    async def story(rig, central):
        rig.broker = login(guarded, "c1")
        await rig.bridge(f"ws://127.0.0.1:{central.port}", broker=login(guarded))
        charger = await rig.charger()
        visit = await central.next_visit()
        await charger.is_told("online")
        for number in range(200):
            charger.send(f'[2,"a-{number}","Heartbeat",{{}}]')
            assert await visit.frame()
            await visit.socket.send(f'[3,"a-{number}",{{"x":"{"y" * 1900}"}}]')
            assert (await charger.next()).startswith(f'[3,"a-{number}"')

    play(story)


def test_a_broker_that_is_gone_closes_the_websockets_and_when_it_is_back_they_open(play, tmp_path):
    needs_mosquitto()
    server = Mosquitto(tmp_path, "allow_anonymous true")

    async def story(rig, central):
        rig.broker = Broker(HOST, server.port)
        await rig.bridge(f"ws://127.0.0.1:{central.port}")
        charger = await rig.charger()
        first = await central.next_visit()
        await charger.is_told("online")
        server.stop()
        await first.left()
        await rig.hears_of("it closed the connection")
        server.start()
        again = await rig.charger()
        second = await central.next_visit()
        await again.is_told("online")
        again.send(HEARTBEAT)
        assert await second.frame() == HEARTBEAT
        refused = [event.text for event in rig.told if "connection refused" in event.text]
        assert all("1883" not in text for text in refused)
        charger._connection.close()

    try:
        play(story)
    finally:
        server.stop()
