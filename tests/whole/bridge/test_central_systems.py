# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The real firmware through the bridge at central systems of others."""

import asyncio
import sys
from pathlib import Path

import pytest
from chargerctl.bridge.service import Timing
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.connection import Broker
from chargerctl.mqtt.local_broker import HOST, LocalBroker
from ocpp.exceptions import OCPPError
from websockets.exceptions import ConnectionClosed

from tests.host.bridge.conftest import Rig
from tests.whole.bridge.csms import REQUESTS, Csms

SCRIPT = Path(__file__).with_name("session.script")


BOTH = "Power.Active.Import,Energy.Active.Import.Register"
CHANGES = (
    ("MeterValuesSampledData", "Power.Active.Import", "Accepted"),
    ("MeterValuesSampledData", "Energy.Active.Import.Register", "Accepted"),
    ("MeterValuesSampledData", "Current.Import", "Rejected"),
    ("MeterValuesSampledData", "Voltage", "Rejected"),
    ("MeterValuesSampledData", "SoC", "Rejected"),
    ("MeterValuesSampledData", BOTH, "Accepted"),
    ("ClockAlignedDataInterval", "900", "Accepted"),
    ("MeterValueSampleInterval", "2", "Accepted"),
    ("WebSocketPingInterval", "30", "NotSupported"),
)
TRIGGERS = (
    ("BootNotification", "Rejected"),
    ("StatusNotification", "Accepted"),
    ("FirmwareStatusNotification", "NotImplemented"),
    ("MeterValues", "Accepted"),
    ("Heartbeat", "Accepted"),
)
PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0}],
    },
}


@pytest.fixture
def broker():
    broker = LocalBroker(LoopThread())
    yield broker
    broker.close()


async def simulate(broker, script=SCRIPT):
    """One session in real time; the last lines of what it printed, if it failed."""
    words = ["simulate", "--script", script, "--broker", f"{HOST}:{broker.port}", "--central", "none"]
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
    """What evcc and the OCPP integration of Home Assistant ask a charger after its start, as docs/bridge.md has it."""
    await until(lambda: csms.statuses.get(1) == "Available")
    keys = await csms.call(REQUESTS.GetConfiguration())
    values = {each["key"]: each["value"] for each in keys.configuration_key}
    assert len(values) == 26
    assert (values["NumberOfConnectors"], values["SupportedFeatureProfiles"]) == ("1", "Core,RemoteTrigger")
    for key in ("SupportedFeatureProfiles", "NumberOfConnectors", "HeartbeatInterval"):
        (found,) = (await csms.call(REQUESTS.GetConfiguration(key=[key]))).configuration_key
        assert found["value"]
    assert (await csms.call(REQUESTS.ChangeAvailability(0, "Operative"))).status == "Accepted"
    for key, value, status in CHANGES:
        assert (await csms.call(REQUESTS.ChangeConfiguration(key, value))).status == status, (key, value)
    for message, status in TRIGGERS:
        assert (await csms.call(REQUESTS.TriggerMessage(message))).status == status, message
    await until(lambda: "Heartbeat" in csms.seen and "MeterValues" in csms.seen)
    assert (await csms.call(REQUESTS.DataTransfer("evcc"))).status == "UnknownVendorId"
    for request in (REQUESTS.SetChargingProfile(1, PROFILE), REQUESTS.GetCompositeSchedule(1, 60)):
        with pytest.raises(OCPPError) as caught:
            await csms.call(request)
        assert caught.value.description == "no such profile"


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
