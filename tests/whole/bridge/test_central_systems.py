# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The real firmware through the bridge at central systems of others."""

import asyncio
import sys
from pathlib import Path

import pytest
from chargerctl.bridge.service import Timing
from chargerctl.central.local_broker import HOST, LocalBroker
from chargerctl.central.loop_thread import LoopThread
from chargerctl.mqtt.connection import Broker
from websockets.exceptions import ConnectionClosed

from tests.host.bridge.conftest import Rig
from tests.whole.bridge.csms import REQUESTS, Csms

SCRIPT = Path(__file__).with_name("session.script")


@pytest.fixture
def broker():
    broker = LocalBroker(LoopThread())
    yield broker
    broker.close()


async def simulate(broker):
    """One session in real time; the last lines of what it printed, if it failed."""
    words = ["simulate", "--script", SCRIPT, "--broker", f"{HOST}:{broker.port}", "--central", "none"]
    words += ["--set", "ocpp.meter_value_sample_interval=2"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chargerctl.cli.main", *words, stdout=-1, stderr=-2
    )
    out, _ = await process.communicate()
    return "" if process.returncode == 0 else out.decode()[-2000:]


class Cutting:
    """A WebSocket that breaks instead of taking the answer to a StartTransaction, the first time."""

    cuts = 1

    def __init__(self, socket):
        self._socket = socket
        self._starts = False

    async def recv(self):
        frame = await self._socket.recv()
        self._starts = '"StartTransaction"' in frame
        return frame

    async def send(self, frame):
        if self._starts and Cutting.cuts:
            Cutting.cuts -= 1
            self._socket.transport.abort()
            raise ConnectionClosed(None, None)
        await self._socket.send(frame)


class CuttingCsms(Csms):
    def wrap(self, socket):
        return Cutting(socket)


async def until(condition):
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def ask(csms):
    """What many central systems ask a charger after its start."""
    await until(lambda: csms.statuses.get(1) == "Available")
    keys = await csms.call(REQUESTS.GetConfiguration())
    assert any(each["key"] == "NumberOfConnectors" for each in keys.configuration_key)
    changed = await csms.call(REQUESTS.ChangeConfiguration("HeartbeatInterval", "300"))
    assert changed.status == "Accepted"
    triggered = await csms.call(REQUESTS.TriggerMessage("Heartbeat"))
    assert triggered.status == "Accepted"
    await until(lambda: "Heartbeat" in csms.seen)


def test_a_session_at_one_in_the_style_of_the_librarys_example_that_breaks_once(broker):
    async def story():
        rig = Rig(Broker(HOST, broker.port))
        async with CuttingCsms() as csms:
            await rig.bridge(f"ws://{HOST}:{csms.port}/CentralSystem", Timing())
            asking = asyncio.ensure_future(ask(csms))
            try:
                failure = await simulate(broker)
                await asking
            finally:
                await rig.close()
            assert not failure, failure
            assert csms.connections == 2
            assert csms.doubled == 1, "the charger has sent the start again"
            assert {"BootNotification", "Authorize", "MeterValues", "StopTransaction"} <= set(csms.seen)
            ((_, start, stop),) = csms.transactions.values()
            assert stop > start
            assert csms.seen.count("BootNotification") == 1, (
                "a new connection is no reason for another (J 5.4)"
            )

    asyncio.run(story())
