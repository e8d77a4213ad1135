# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The real firmware through the bridge at a central system of npm's ocpp-rpc, which is strict: every frame is held to the
schemas."""

import asyncio
import base64
import json
from pathlib import Path

from chargerctl.bridge.service import Timing
from chargerctl.mqtt.connection import Broker
from chargerctl.mqtt.local_broker import HOST

from tests import node
from tests.host.bridge.conftest import Rig
from tests.whole.bridge.test_central_systems import broker, simulate, until

__all__ = ["broker"]

FOLDER = Path(__file__).resolve().parents[2] / "ocpp_rpc"


class Strict:
    """The process, and what it has said."""

    def __init__(self):
        self.said = []

    async def __aenter__(self):
        self._process = await asyncio.create_subprocess_exec(
            "node", "central_system.mjs", cwd=FOLDER, stdin=-1, stdout=-1
        )
        self._reading = asyncio.ensure_future(self._read())
        await until(lambda: self.said)
        self.port = self.said[0]["port"]
        return self

    async def __aexit__(self, *_error):
        self._process.stdin.close()
        await self._process.wait()
        await self._reading

    async def _read(self):
        async for line in self._process.stdout:
            self.said.append(json.loads(line))

    def all_of(self, kind):
        return [each[kind] for each in self.said if kind in each]

    async def call(self, action, payload):
        before = len(self.all_of("answer")) + len(self.all_of("error"))
        self._process.stdin.write(json.dumps({"call": [action, payload]}).encode() + b"\n")
        await until(lambda: len(self.all_of("answer")) + len(self.all_of("error")) > before)
        return next(each for each in reversed(self.said) if {"answer", "error"} & set(each))


def test_a_session_at_a_strict_central_system(broker):
    node.require("a central system of ocpp-rpc", "behind the bridge")
    node.install(FOLDER)

    async def story():
        rig = Rig(Broker(HOST, broker.port))
        async with Strict() as strict:
            await rig.bridge(f"ws://{HOST}:{strict.port}", Timing(), password="s3cret")
            playing = asyncio.ensure_future(simulate(broker))
            try:
                await until(lambda: any(name == "StatusNotification" for name, _ in strict.all_of("called")))
                keys = await strict.call("GetConfiguration", {})
                assert len(keys["answer"]["configurationKey"]) == 26
                refused = await strict.call("GetCompositeSchedule", {"connectorId": 1, "duration": 60})
                assert "no such profile" in refused["error"]
                triggered = await strict.call("TriggerMessage", {"requestedMessage": "Heartbeat"})
                assert triggered["answer"] == {"status": "Accepted"}
                failure = await playing
            finally:
                playing.cancel()
                await rig.close()
            assert not failure, failure
            assert strict.all_of("invalid") == []
            (password,) = strict.all_of("password")
            assert base64.b64decode(password) == b"s3cret"
            called = [name for name, _ in strict.all_of("called")]
            assert {"BootNotification", "Authorize", "MeterValues"} <= set(called)
            assert called.count("StartTransaction") == called.count("StopTransaction") == 1

    asyncio.run(story())
