# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""MQTT charge points through the bridge at this project's own central system, while the WebSockets break again and again."""

import asyncio

import pytest
from chargerctl.bridge.service import Service, Timing
from chargerctl.bridge.settings import BridgeSettings
from chargerctl.bridge.socket import open_socket
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.connection import Broker
from chargerctl.mqtt.local_broker import HOST, LocalBroker

from tests.host.central.ocppj.running import RunningCentral
from tests.whole.central.carriers import OverMqtt
from tests.whole.central.charge_points import ChargePoint, Playing, compare


class Running:
    """The bridge on a loop of its own."""

    def __init__(self, thread, to, broker, monkeypatch):
        self._thread = thread
        self._sockets = []
        monkeypatch.setattr("chargerctl.bridge.charger.open_socket", self._open)
        self._task = thread.run(self._start(to, broker))

    async def _start(self, to, broker):
        service = Service(BridgeSettings(to=to), broker, lambda event: None, Timing(0.2, 15, 0))
        task = asyncio.ensure_future(service.run())
        await service.ready.wait()
        return task

    async def _open(self, approach):
        self._sockets.append(await open_socket(approach))
        return self._sockets[-1]

    def cut(self):
        """All WebSockets that are open, without a word."""
        self._thread.run(self._cut())

    async def _cut(self):
        sockets, self._sockets = self._sockets, []
        for each in sockets:
            each.transport.abort()

    def close(self):
        async def stop():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

        self._thread.run(stop())


@pytest.mark.parametrize("cuts", [6, pytest.param(60, marks=pytest.mark.soak)])
def test_nothing_is_lost_or_doubled_however_often_the_websockets_break(cuts, tmp_path, monkeypatch):
    thread = LoopThread()
    broker = LocalBroker(thread)
    central = RunningCentral(tmp_path, thread)
    bridge = Running(thread, central.url, Broker(HOST, broker.port), monkeypatch)
    try:
        names = [f"CP{number}" for number in range(4)]
        points = [
            ChargePoint(name, OverMqtt(HOST, broker.port, name), patience_s=0.7, pause_s=0) for name in names
        ]
        with Playing(points, sessions=cuts) as playing:
            for _ in range(cuts):
                playing.wait_for_answers(8)
                bridge.cut()
            playing.finish()
        assert compare(points, central.sessions()) == []
        assert len(central.sessions()) == 4 * cuts
        assert central.violations() == []
        assert sum(point.sent_again for point in points) >= cuts
    finally:
        bridge.close()
        central.close()
        broker.close()
