# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One simulator with one charger and a central system of its own: what every question begins with."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bench._simulators.central import CentralSystem, Frame
from bench._simulators.judging import CALLS, judge
from bench._simulators.running import Running
from bench._simulators.table import Order, Simulator

ANSWER_S = 10.0
STARTED_S = 40.0
Found = dict[str, str]


class Asking:
    """One simulator with one charger, for one question."""

    def __init__(self, simulator: Simulator, folder: Path, meter_s: int = 60) -> None:
        self.central = CentralSystem()
        self.simulator = simulator
        self.running: Running | None = None
        self._folder = folder
        self._meter_s = meter_s
        self._stack = AsyncExitStack()

    async def start(self, log: Path, *, car: bool = False) -> bool:
        """Whether it is connected, and accepted if it boots at all."""
        port = await self.central.start()
        self._stack.push_async_callback(self.central.stop)
        scratch = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        order = Order(f"ws://127.0.0.1:{port}", self._folder, car=car, meter_s=self._meter_s, scratch=scratch)
        self.running = Running(self.simulator.commands(order), log)
        self._stack.callback(self.running.close)
        there = await self.central.until(lambda: self.central.joined, self.simulator.patience_s)
        if there and self.simulator.boots and self.central.boot["status"] == "Accepted":
            await self.central.until(lambda: self.central.accepted, 10)
        # What comes after a boot.
        await asyncio.sleep(3)
        return bool(there)

    async def close(self) -> None:
        await self._stack.aclose()

    @property
    def alive(self) -> bool:
        return bool(self.central.connections)

    @property
    def ended(self) -> bool:
        return self.running is not None and bool(self.running.ended)

    async def ask(self, action: str, payload: dict[str, Any] | None = None) -> str:
        """The verdict on its answer."""
        answer = await self.central.call(action, CALLS[action][1] if payload is None else payload, ANSWER_S)
        return judge(action, answer, self.alive)

    async def configure(self, **keys: int) -> None:
        for key, value in keys.items():
            await self.central.call("ChangeConfiguration", {"key": key, "value": str(value)}, ANSWER_S)

    async def begin_session(self) -> list[Frame]:
        """Its StartTransaction, as often as it came, after a RemoteStartTransaction."""
        began = self.central.now
        await self.ask("RemoteStartTransaction")
        await self.central.until(lambda: self.central.since(began, "StartTransaction"), STARTED_S)
        return self.central.since(began, "StartTransaction")

    @property
    def transaction(self) -> int | None:
        return next(iter(self.central.transactions.values()), None)
