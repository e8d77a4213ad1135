# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""N charge points on the PyPI library ocpp, after the example of its documentation. The library has no charger in it.
With HOURS=1 each has a session an hour, half an hour long; else it boots, sends its status and heartbeats.

    python ocpp_library.py URL N HOURS
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import websockets
from ocpp.v16 import ChargePoint, call

HOUR = 3600.0


def now() -> str:
    return datetime.now(UTC).isoformat()


async def status(point: ChargePoint, connector: int, which: str) -> None:
    await point.call(call.StatusNotification(connector, "NoError", which))


async def session(point: ChargePoint, wanted: Callable[[], bool]) -> None:
    await status(point, 1, "Preparing")
    await point.call(call.Authorize("ccc"))
    started = await point.call(call.StartTransaction(1, "ccc", 0, now()))
    await status(point, 1, "Charging")
    energy = 0
    while wanted():
        await asyncio.sleep(60)
        energy += 120
        sample = {"timestamp": now(), "sampledValue": [{"value": str(energy)}]}
        await point.call(call.MeterValues(1, [sample], started.transaction_id))
    await point.call(call.StopTransaction(energy, now(), started.transaction_id))
    await status(point, 1, "Finishing")
    await status(point, 1, "Available")


async def beat(point: ChargePoint, interval: float) -> None:
    while True:
        await asyncio.sleep(interval)
        await point.call(call.Heartbeat())


async def live(point: ChargePoint, phase: float, hours: bool) -> None:
    boot = await point.call(call.BootNotification("The Mobility House", "Example"))
    await status(point, 0, "Available")
    heart = asyncio.create_task(beat(point, boot.interval))
    begin = time.monotonic() - phase * HOUR

    def passed() -> float:
        return (time.monotonic() - begin) % HOUR

    while hours:
        if passed() < HOUR / 2:
            await session(point, lambda: passed() < HOUR / 2)
        await asyncio.sleep(HOUR - passed())
    await heart


async def charger(url: str, number: int, phase: float, hours: bool) -> None:
    identity = f"charger-{number}"
    async with websockets.connect(f"{url}/{identity}", subprotocols=["ocpp1.6"]) as connection:
        point = ChargePoint(identity, connection)
        await asyncio.gather(point.start(), live(point, phase, hours))


async def main(url: str, count: int, hours: bool) -> None:
    chargers = (charger(url, number, number / count, hours) for number in range(count))
    await asyncio.gather(*chargers, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3] == "1"))
