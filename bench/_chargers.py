# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Many chargers in one process, which send what chargers send, at a rate that is told. Each has one call outstanding."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from websockets.asyncio.client import ClientConnection, connect

_BEGAN = 1_795_332_600  # 2026-11-22T07:30:00Z
_PACE_S = 0.002
# The answer to a call is awaited for so long, at the end of a step.
_LATE_S = 1.0

Received = Callable[[int, str], None]


class Transport(Protocol):
    """`open` before the first `send`; `received(number, frame)` is called for what comes."""

    async def open(self, count: int, received: Received) -> None: ...
    def send(self, number: int, frame: str) -> None: ...
    async def close(self) -> None: ...


def name(number: int) -> str:
    return f"bench-{number}"


class OverMqtt:
    """All chargers over one connection to a broker that lets everybody write everything: so that this process costs little.
    QoS 0, as the firmware's frames."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._buffer = b""
        self._received: Received = lambda number, frame: None
        self._topics: list[bytes] = []
        self._task: asyncio.Task[None] | None = None

    async def open(self, count: int, received: Received) -> None:
        self._received = received
        self._topics = [_text(f"/charger/{name(number)}") for number in range(count)]
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(_packet(0x10, _text("MQTT") + b"\x04\x02\0\0" + _text("bench")))
        self._writer.write(_packet(0x82, b"\0\1" + _text("/system/+") + b"\0"))
        assert await self._reader.readexactly(4 + 5) == b"\x20\x02\0\0\x90\x03\0\1\0"
        self._task = asyncio.create_task(self._read())

    def send(self, number: int, frame: str) -> None:
        self._writer.write(_packet(0x30, self._topics[number] + frame.encode()))

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._writer.close()

    async def _read(self) -> None:
        while data := await self._reader.read(1 << 20):
            buffer = self._buffer + data
            at = 0
            while (end := _end_of_packet(buffer, at)) is not None:
                start = next(index for index in range(at + 1, at + 5) if not buffer[index] & 0x80) + 1
                length = buffer[start] << 8 | buffer[start + 1]
                topic = buffer[start + 2 : start + 2 + length].decode()
                payload = buffer[start + 2 + length : end]
                self._received(int(topic.rpartition("-")[2]), payload.decode())
                at = end
            self._buffer = buffer[at:]


class OverWebSocket:
    """A connection for each charger, as OCPP-J has it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connections: list[ClientConnection] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._sending: set[asyncio.Task[None]] = set()

    async def open(self, count: int, received: Received) -> None:
        for number in range(count):
            url = f"ws://127.0.0.1:{self._port}/{name(number)}"
            connection = await connect(url, subprotocols=["ocpp1.6"], compression=None)  # type: ignore[list-item]
            self._connections.append(connection)
            self._tasks.append(asyncio.create_task(self._read(number, connection, received)))

    def send(self, number: int, frame: str) -> None:
        task = asyncio.create_task(self._connections[number].send(frame))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(connection.close() for connection in self._connections))

    async def _read(self, number: int, connection: ClientConnection, received: Received) -> None:
        async for frame in connection:
            received(number, str(frame))


@dataclass
class Step:
    """What one rate came to. The latencies are in seconds, of the calls that were answered."""

    offered: int
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu_s: float = 0.0
    unanswered: int = 0

    @property
    def answered(self) -> int:
        return len(self.latencies)

    @property
    def rate(self) -> float:
        return self.answered / self.seconds

    def percentile(self, part: float) -> float:
        """Milliseconds."""
        if not self.latencies:
            return float("inf")
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1000


class Chargers:
    """`cpu_s()`: the CPU seconds of the central system so far. Raises RuntimeError for an answer that is no result."""

    def __init__(self, transport: Transport, count: int, cpu_s: Callable[[], float]) -> None:
        self._transport = transport
        self._count = count
        self._cpu_s = cpu_s
        self._lives = [_Life(number) for number in range(count)]
        self._free: deque[int] = deque()
        self._sent_at: dict[int, float] = {}
        self._latencies: list[float] = []
        self._booted = 0
        self._problem = ""

    async def boot(self, within_s: float = 60.0) -> None:
        """Connect all and have them accepted."""
        await self._transport.open(self._count, self._received)
        end = time.monotonic() + within_s
        for number in range(self._count):
            self._send(number)
            await asyncio.sleep(_PACE_S)
        while len(self._free) < self._count:
            if time.monotonic() > end:
                raise RuntimeError(f"{self._count - len(self._free)} chargers were not accepted")
            await asyncio.sleep(0.05)
        # Those that are at the same point of their session are side by side now.
        random.Random(0).shuffle(self._free)

    async def step(self, rate: int, seconds: float) -> Step:
        """Offer so many calls a second, from chargers whose last call was answered."""
        # Garbage of the step before must not cost this one, nor the first, whose code is cold.
        await self._offer(rate, min(1.0, seconds))
        step = Step(rate)
        self._latencies = step.latencies
        began, cpu = time.monotonic(), self._cpu_s()
        await self._offer(rate, seconds)
        step.seconds = time.monotonic() - began
        step.cpu_s = self._cpu_s() - cpu
        measured, self._latencies = len(step.latencies), []
        await asyncio.sleep(_LATE_S)
        step.unanswered = len(self._sent_at)
        step.latencies = step.latencies[:measured]
        if self._problem:
            raise RuntimeError(self._problem)
        return step

    async def close(self) -> None:
        await self._transport.close()

    async def _offer(self, rate: int, seconds: float) -> None:
        began = time.monotonic()
        sent = 0
        while (passed := time.monotonic() - began) < seconds:
            due = int(passed * rate)
            while sent < due and self._free:
                self._send(self._free.popleft())
                sent += 1
            # What nobody was free for is not made up for: the rate is what was answered.
            sent = max(sent, due)
            await asyncio.sleep(_PACE_S)

    def _send(self, number: int) -> None:
        self._sent_at[number] = time.perf_counter()
        self._transport.send(number, self._lives[number].next())

    def _received(self, number: int, frame: str) -> None:
        if not frame.startswith("[2"):
            if frame.startswith("[4"):
                self._problem = self._problem or f"{name(number)} got {frame[:200]}"
            self._latencies.append(time.perf_counter() - self._sent_at.pop(number))
            life = self._lives[number]
            life.answered(frame)
            if life.early:
                self._send(number)
            else:
                self._free.append(number)


class _Life:
    """One charger's: it boots, then session after session of 16 messages, 6 of them meter values, 4 statuses.

    early: the next one is of before the measurement. Chargers are not in step: each sends another number then."""

    def __init__(self, number: int) -> None:
        self._early = 1 + number % 16
        self._number = number
        self._count = 0
        self._transaction = 0
        self._wh = 0
        self._actions = self._course()
        self._action = ""

    @property
    def early(self) -> bool:
        return self._count < self._early

    def next(self) -> str:
        self._action, payload = next(self._actions)
        return json.dumps([2, f"{self._number}-{self._count}", self._action, payload], separators=(",", ":"))

    def answered(self, frame: str) -> None:
        if self._action == "StartTransaction":
            self._transaction = json.loads(frame)[2]["transactionId"]

    def _time(self) -> str:
        self._count += 1
        return datetime.fromtimestamp(_BEGAN + 10 * self._count, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _course(self) -> Iterator[tuple[str, dict[str, object]]]:
        card = f"04{self._number:08X}"
        self._time()
        yield "BootNotification", {"chargePointVendor": "chargerctl", "chargePointModel": "bench"}
        while True:
            yield self._status("Preparing")
            self._time()
            yield "Authorize", {"idTag": card}
            start = {"connectorId": 1, "idTag": card, "meterStart": self._wh, "timestamp": self._time()}
            yield "StartTransaction", start
            yield self._status("Charging")
            for _ in range(3):
                for _ in range(2):
                    self._wh += 20
                    yield self._meter_values()
                self._time()
                yield "Heartbeat", {}
            stop = {"transactionId": self._transaction, "idTag": card, "meterStop": self._wh}
            yield "StopTransaction", {**stop, "timestamp": self._time(), "reason": "Local"}
            yield self._status("Finishing")
            yield self._status("Available")

    def _status(self, status: str) -> tuple[str, dict[str, object]]:
        payload = {"connectorId": 1, "status": status, "errorCode": "NoError", "timestamp": self._time()}
        return "StatusNotification", payload

    def _meter_values(self) -> tuple[str, dict[str, object]]:
        energy = {"value": str(self._wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        power = {"value": "7200.5", "measurand": "Power.Active.Import", "unit": "W"}
        values = [{**each, "context": "Sample.Periodic"} for each in (energy, power)]
        sample = {"timestamp": self._time(), "sampledValue": values}
        return "MeterValues", {"connectorId": 1, "transactionId": self._transaction, "meterValue": [sample]}


def _end_of_packet(data: bytes, at: int) -> int | None:
    length = shift = 0
    for index in range(at + 1, min(at + 5, len(data))):
        length |= (data[index] & 0x7F) << shift
        shift += 7
        if not data[index] & 0x80:
            end = index + 1 + length
            return end if end <= len(data) else None
    return None


def _packet(first: int, body: bytes) -> bytes:
    length, rest = bytearray(), len(body)
    while True:
        rest, digit = divmod(rest, 128)
        length.append(digit | (0x80 if rest else 0))
        if not rest:
            return bytes([first]) + bytes(length) + body


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2, "big") + data
