# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A connection to brokers that leave out an answer, and one that is given up at any moment."""

import asyncio
import contextlib
import threading
from dataclasses import replace

import pytest
from chargerctl.mqtt import connection
from chargerctl.mqtt.connection import Broker, BrokerError, Connection

from tests.visits import HOST, visited

CONNACK = bytes((0x20, 2, 0, 0))
SUBSCRIBE, PUBLISH, PINGREQ = 8, 3, 12
PINGRESP = bytes((0xD0, 0))


class HalfABroker:
    """Answers CONNECT, SUBSCRIBE and PINGREQ as far as it is told to, and never a PUBLISH."""

    def __init__(self, connack=True, suback=True):
        self._connack, self._suback = connack, suback
        self.open = 0
        self.published = asyncio.Event()

    async def __aenter__(self):
        self._server = visited(self._visit)
        self.broker = Broker(HOST, await self._server.__aenter__())
        return self

    async def __aexit__(self, *error):
        await self._server.__aexit__(*error)

    def hang_up(self):
        self._writer.close()

    async def _visit(self, reader, writer):
        self.open += 1
        self._writer = writer
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, length = await reader.readexactly(2)
                body = await reader.readexactly(length)
                if kind >> 4 == 1 and self._connack:
                    writer.write(CONNACK)
                elif kind >> 4 == SUBSCRIBE and self._suback:
                    writer.write(bytes((0x90, 3, *body[:2], 1)))
                elif kind >> 4 == PUBLISH:
                    self.published.set()
                elif kind >> 4 == PINGREQ:
                    writer.write(PINGRESP)
        self.open -= 1


async def until(condition):
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("missing", ["connack", "suback"])
def test_an_answer_that_never_comes_is_not_waited_for_any_longer(monkeypatch, missing):
    monkeypatch.setattr(connection, "ANSWER_S", 0.1)

    async def attempt():
        async with HalfABroker(**{missing: False}) as half:
            with pytest.raises(BrokerError, match="no answer; see whether an MQTT broker listens"):
                await Connection(half.broker, ["a"], print).connect()
            await until(lambda: not half.open)

    asyncio.run(attempt())


def test_a_broker_that_answers_pings_and_acknowledges_nothing_is_left():
    async def attempt():
        async with HalfABroker() as half:
            opened = Connection(replace(half.broker, keep_alive_s=1), ["a"], print)
            await opened.connect()
            opened.publish("a", "online", retained=True)
            await half.published.wait()
            async with asyncio.timeout(60):
                assert await opened.lost == "it has acknowledged nothing for 1 s"
            await until(lambda: not half.open)

    asyncio.run(attempt())


@pytest.mark.parametrize(
    ("username", "after_s", "likely"),
    [
        (
            "bridge",
            0.0,
            "; if that comes again, another program connects as bridge: give each an account of its own",
        ),
        ("bridge", -61.0, ""),
        ("", 0.0, ""),
    ],
)
def test_a_connection_that_is_closed_soon_may_be_taken_by_another_program(username, after_s, likely):
    """Mosquitto, as we write its configuration, has each account connected once."""

    async def attempt():
        async with HalfABroker() as half:
            opened = Connection(replace(half.broker, username=username, password="p"), ["a"], print)
            await opened.connect()
            opened._began += after_s
            half.hang_up()
            async with asyncio.timeout(60):
                assert await opened.lost == f"it closed the connection{likely}"
            opened.close()

    asyncio.run(attempt())


def test_given_up_while_it_connects_it_leaves_nothing_open(monkeypatch):
    """The thread that connects cannot be stopped: it finishes later."""
    reached, go_on = threading.Event(), threading.Event()
    reach = Connection._reach

    def slowly(self):
        reached.set()
        go_on.wait(60)
        reach(self)

    monkeypatch.setattr(Connection, "_reach", slowly)

    async def attempt():
        async with HalfABroker() as half:
            opened = Connection(half.broker, ["a"], print)
            task = asyncio.create_task(opened.connect())
            await until(reached.is_set)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
            go_on.set()
            await until(lambda: opened._client.socket() is not None)
            await until(lambda: opened._client.socket().fileno() < 0)
            await until(lambda: not half.open)

    asyncio.run(attempt())


def test_given_up_at_the_moment_of_the_answer_it_is_given_up(monkeypatch):
    async def attempt():
        async with HalfABroker() as half:
            opened = Connection(half.broker, ["a"], print)
            task = asyncio.create_task(opened.connect())
            opened._ready.add_done_callback(lambda ready: task.cancel())
            async with asyncio.timeout(60):
                await asyncio.wait([task])
            assert task.cancelled()
            await until(lambda: not half.open)

    asyncio.run(attempt())
