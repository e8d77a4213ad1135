# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the bridge adds to a call and its answer: from MQTT client to MQTT client over mosquitto, and the same through the
bridge to a WebSocket server that answers; then as many as go through. All on loopback."""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from chargerctl.mqtt.connection import Broker, Connection
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from bench._processes import CHARGERCTL, row, warn_if_busy

HOST = "127.0.0.1"
ROUNDS = 2000
CHARGERS = 20
LOAD_S = 5.0
GOAL_MS = 5.0

# As a charger's: 280 bytes.
CALL = (
    '[2,"0123456789abcdef-{}","MeterValues",{{"connectorId":1,"transactionId":17,"meterValue":[{{"timestamp":'
    '"2026-11-26T16:00:00Z","sampledValue":[{{"value":"12345","context":"Sample.Periodic","measurand":'
    '"Energy.Active.Import.Register","unit":"Wh"}}]}}]}}]'
)


def main() -> None:
    warn_if_busy()
    asyncio.run(_measure())


async def _measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        with socket.create_server((HOST, 0)) as probe:
            port = probe.getsockname()[1]
        config = Path(folder) / "mosquitto.conf"
        config.write_text(f"listener {port} {HOST}\nallow_anonymous true\nlog_dest none\n")
        mosquitto = subprocess.Popen(["mosquitto", "-c", str(config)])
        try:
            broker = Broker(HOST, port)
            await _until_there(port)
            direct = await _direct(broker)
            async with _bridge(broker) as bridge:
                bridged = await _round_trips(broker, "c0")
                print(
                    f"A call of {len(CALL.format(0))} bytes and its answer, {ROUNDS} times, one after the other:"
                )
                for what, times in (
                    ("MQTT client - mosquitto - MQTT client", direct),
                    ("the same, bridge and WebSocket", bridged),
                ):
                    print(f"  {what:44} median {_ms(times, 0.5):6.2f} ms   p99 {_ms(times, 0.99):6.2f} ms")
                added = _ms(bridged, 0.5) - _ms(direct, 0.5)
                row("added at the median", f"{added:.2f} ms", f"<= {GOAL_MS:g} ms", added <= GOAL_MS)
                await _load(broker, bridge)
        finally:
            mosquitto.terminate()
            mosquitto.wait()


def _ms(times: list[float], share: float) -> float:
    return statistics.quantiles(times, n=1000, method="inclusive")[round(share * 1000) - 1] * 1000


async def _until_there(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return


class _Caller:
    """A charger: one call outstanding."""

    def __init__(self, broker: Broker, serial: str) -> None:
        self._topic = f"/charger/{serial}"
        self._answered = asyncio.Event()
        self._online = asyncio.Event()
        topics = [f"/system/{serial}", f"/system/{serial}/connection"]
        self._connection = Connection(broker, topics, self._received)
        self._count = 0

    async def come(self) -> None:
        await self._connection.connect()
        self._connection.publish(f"{self._topic}/connection", "online", retained=True)

    async def online(self) -> None:
        await self._online.wait()

    async def call(self) -> float:
        """Seconds until the answer."""
        self._count += 1
        self._answered.clear()
        began = time.perf_counter()
        self._connection.publish(self._topic, CALL.format(self._count))
        await self._answered.wait()
        return time.perf_counter() - began

    def close(self) -> None:
        self._connection.publish(f"{self._topic}/connection", "", retained=True)
        self._connection.close()

    def _received(self, topic: str, payload: bytes, retained: bool) -> None:
        if not topic.endswith("/connection"):
            self._answered.set()
        elif payload == b"online":
            self._online.set()


def _answer(frame: str) -> str:
    return f'[3,"{frame[4 : frame.index(chr(34), 4)]}",{{}}]'


async def _direct(broker: Broker) -> list[float]:
    def received(topic: str, payload: bytes, retained: bool) -> None:
        answering.publish("/system/direct", _answer(payload.decode()))

    answering = Connection(broker, ["/charger/direct"], received)
    await answering.connect()
    try:
        return await _round_trips(broker, "direct", waits=False)
    finally:
        answering.close()


async def _round_trips(broker: Broker, serial: str, waits: bool = True) -> list[float]:
    caller = _Caller(broker, serial)
    await caller.come()
    if waits:
        await caller.online()
    times = [await caller.call() for _ in range(ROUNDS)]
    caller.close()
    return times


async def _load(broker: Broker, bridge: Any) -> None:
    """As many messages as go through, each way: CHARGERS with one call outstanding each."""
    callers = [_Caller(broker, f"c{number}") for number in range(1, CHARGERS + 1)]
    for caller in callers:
        await caller.come()
    for caller in callers:
        await caller.online()
    end = time.perf_counter() + LOAD_S
    used = _cpu_s(bridge.pid)

    async def keep_calling(caller: _Caller) -> list[float]:
        times = []
        while time.perf_counter() < end:
            times.append(await caller.call())
        return times

    began = time.perf_counter()
    times = [each for some in await asyncio.gather(*map(keep_calling, callers)) for each in some]
    took = time.perf_counter() - began
    used = _cpu_s(bridge.pid) - used
    for caller in callers:
        caller.close()
    print(f"{CHARGERS} chargers with one call outstanding each, for {took:.0f} s:")
    print(
        f"  {2 * len(times) / took:,.0f} messages a second, both ways; round trip p99 {_ms(times, 0.99):.1f} ms"
    )
    print(f"  {2 * len(times) / used:,.0f} messages per CPU-second of the bridge")


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def _bridge(broker: Broker) -> AsyncIterator[Any]:
    """A process of its own, with the command that a user types, and a server here that answers everything."""

    async def visit(opened: Any) -> None:
        try:
            async for frame in opened:
                await opened.send(_answer(frame))
        except ConnectionClosed:
            return

    async with serve(visit, HOST, 0, subprotocols=["ocpp1.6"], compression=None) as server:  # type: ignore[list-item]
        port = server.sockets[0].getsockname()[1]
        words = [*CHARGERCTL, "bridge", "--to", f"ws://{HOST}:{port}", "--broker", broker.place]
        process = await asyncio.create_subprocess_exec(*words, stdout=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.terminate()
            await process.wait()


if __name__ == "__main__":
    sys.exit(main())
