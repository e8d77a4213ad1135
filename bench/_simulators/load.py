# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a charger of a simulator costs: many of them on one core, for a stretch of the hour that each would have.

A session an hour, half an hour long: at each moment half of the chargers are in one, and of N chargers N/3600 begin one in a
second and as many end one. Meter values each 60 s, where the simulator can be told. Heartbeats as if each were told 300 s,
within a minute: every fifth charger is told 60 s, the others a day. Simulators that begin no session by themselves are told
by RemoteStartTransaction and RemoteStopTransaction, as by any central system.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench._simulators.central import CentralSystem
from bench._simulators.running import Running
from bench._simulators.table import Order, Simulator

_BOOT_S = 300.0
_SETTLE_S = 10.0
_STORM_S = 30.0
_ANSWER_S = 30.0
_AT_ONCE = 50
_BEAT_S, _HEARTBEAT_S, _DAY_S = 60, 300, 86400


@dataclass(frozen=True)
class Load:
    """cpu_s, messages: in the window. boot_s: from the start of the processes until the last is connected, and accepted if
    it boots. memory: bytes of all; one: of a process with one charger. back: connected again
    within 30 s after all connections broke; back_s: the last of them."""

    count: int
    wanted: int
    seconds: float
    cpu_s: float
    boot_s: float
    boot_cpu_s: float
    memory: int
    one: int
    charging: int
    messages: Counter[str]
    back: int
    back_s: float

    @property
    def cpu_s_an_hour(self) -> float:
        """CPU seconds for an hour of one charger."""
        return self.cpu_s / self.count / self.seconds * 3600

    @property
    def a_core(self) -> int:
        """Chargers whose work takes a core's whole time."""
        return int(3600 / self.cpu_s_an_hour)

    @property
    def messages_an_hour(self) -> float:
        """Of one charger, with those of the central system's calls left out."""
        return self.messages.total() / self.count / self.seconds * 3600

    @property
    def bytes_each(self) -> float:
        """Of memory, for one more charger."""
        return (self.memory - self.one) / (self.count - 1) if self.count > 1 else float(self.memory)


async def measure(simulator: Simulator, folder: Path, log: Path, seconds: float) -> Load:
    """seconds: whole minutes, since the meter values of all may come at the same second of each. Raises RuntimeError where
    none connects."""
    with tempfile.TemporaryDirectory() as scratch:
        one = await _alone(simulator, folder, log, Path(scratch))
        central = CentralSystem(record=False)
        central.interval = lambda number: _DAY_S if number % (_HEARTBEAT_S // _BEAT_S) else _BEAT_S
        port = await central.start()
        order = Order(f"ws://127.0.0.1:{port}", folder, simulator.loads, hours=True, scratch=Path(scratch))
        others = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, set(others[1:]) or set(others))
        running = Running(simulator.commands(order), log, others[0])
        try:
            return await _measure(simulator, central, running, one, seconds)
        finally:
            running.close()
            os.sched_setaffinity(0, others)
            await central.stop()


async def _alone(simulator: Simulator, folder: Path, log: Path, scratch: Path) -> int:
    """Bytes of a process with one charger."""
    central = CentralSystem(record=False)
    order = Order(f"ws://127.0.0.1:{await central.start()}", folder, 1, hours=True, scratch=scratch)
    running = Running(simulator.commands(order), log)
    try:
        if not await central.until(lambda: central.joined, simulator.patience_s):
            raise RuntimeError("does not connect")
        await asyncio.sleep(_SETTLE_S)
        return running.memory()
    finally:
        running.close()
        await central.stop()


async def _measure(
    simulator: Simulator, central: CentralSystem, running: Running, one: int, seconds: float
) -> Load:
    there = central.accepted if simulator.boots else central.connections
    # Until all are there, or none came for a while.
    while len(there) < simulator.loads and central.now < _BOOT_S:
        before = len(there)
        await central.until(lambda: len(there) > before, simulator.patience_s)  # noqa: B023
        if len(there) == before:
            break
    boot_s, boot_cpu_s = central.now, running.cpu_s()
    if not there:
        raise RuntimeError("does not connect")
    if simulator.sessions == "remote":
        await _half_charging(central)
    await asyncio.sleep(_SETTLE_S)
    central.counts.clear()
    began, cpu_s = central.now, running.cpu_s()
    if simulator.sessions == "remote":
        await _hour(central, seconds)
    await asyncio.sleep(max(0.0, began + seconds - central.now))
    count, took, cpu_s = len(central.connections), central.now - began, running.cpu_s() - cpu_s
    messages, charging, memory = central.counts.copy(), len(central.transactions), running.memory()
    back, back_s = await _storm(central, count)
    return Load(
        count, simulator.loads, took, cpu_s, boot_s, boot_cpu_s, memory, one, charging, messages, back, back_s
    )


async def _half_charging(central: CentralSystem) -> None:
    """Told what a central system tells, and every second one charges."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def prepare(number: int, identity: str) -> None:
        async with gate:
            payload = {"key": "MeterValueSampleInterval", "value": "60"}
            await central.call("ChangeConfiguration", payload, _ANSWER_S, identity)
            if number % 2:
                await _begin(central, identity)

    await asyncio.gather(*(prepare(*each) for each in enumerate(list(central.connections))))


async def _begin(central: CentralSystem, identity: str) -> None:
    await central.call("RemoteStartTransaction", {"idTag": "TAG", "connectorId": 1}, _ANSWER_S, identity)


async def _hour(central: CentralSystem, seconds: float) -> None:
    """The part of an hour's starts and stops that falls into so many seconds."""
    charging = list(central.transactions)
    idle = [identity for identity in central.connections if identity not in central.transactions]
    times = round(len(central.connections) * seconds / 3600)
    began = central.now
    for number, (ends, begins) in enumerate(list(zip(charging, idle, strict=False))[:times]):
        await asyncio.sleep(max(0.0, began + (number + 0.5) * seconds / times - central.now))
        payload = {"transactionId": central.transactions.get(ends, 0)}
        await central.call("RemoteStopTransaction", payload, _ANSWER_S, ends)
        await _begin(central, begins)


async def _storm(central: CentralSystem, count: int) -> tuple[int, float]:
    """All connections break at once: how many are back in half a minute, and when the last of them came."""
    began = central.now
    central.cut()
    await asyncio.sleep(0.2)
    last, most, end = 0.0, 0, began + _STORM_S
    while central.now < end and most < count:
        before = most
        await central.until(lambda: len(central.connections) > before, end - central.now)  # noqa: B023
        most = max(most, len(central.connections))
        last = central.now - began if most > before else last
    return most, last
