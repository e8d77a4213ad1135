# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What of OCPP 1.6 a simulator really does. Each question has a process of its own and a central system of its own; each
answer is drawn from the frames between them, which are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bench._simulators import answering, charging
from bench._simulators.asking import Asking, Found
from bench._simulators.table import Simulator

Question = Callable[[Asking], Awaitable[Found]]


@dataclass(frozen=True)
class Plan:
    """car: one is plugged in. pending: BootNotification is not accepted. beat: the interval it is told. meter: seconds."""

    ask: Question
    car: bool = False
    boot: tuple[str, int] = ("Accepted", 300)
    meter_s: int = 60


PLANS: dict[str, Plan] = {
    "boot": Plan(answering.boot, boot=("Accepted", 3)),
    "pending": Plan(answering.pending, boot=("Pending", 3)),
    "calls": Plan(answering.calls),
    "session": Plan(charging.session, car=True, meter_s=10),
    "availability": Plan(answering.availability),
    "triggers": Plan(answering.triggers),
    "duplicates": Plan(answering.duplicates, car=True),
    "garbage": Plan(answering.garbage),
    "wrong payloads": Plan(answering.wrong_payloads),
    "start unanswered": Plan(charging.start_unanswered, car=True),
    "cut": Plan(charging.cut_in_session, car=True, meter_s=3),
    "stop lost": Plan(charging.stop_lost, car=True, meter_s=3),
}


async def ask(simulator: Simulator, folder: Path, name: str, frames: Path) -> Found:
    """frames: a folder; the frames and what the simulator printed are kept there."""
    plan = PLANS[name]
    asking = Asking(simulator, folder, plan.meter_s)
    status, interval = plan.boot
    asking.central.boot = {"status": status, "interval": interval}
    stem = re.sub(r"[^a-z0-9.]+", "-", f"{simulator.name} {name}".lower())
    try:
        if not await asking.start(frames / f"{stem}.log", car=plan.car):
            return {name: "does not connect"}
        return await plan.ask(asking)
    finally:
        await asking.close()
        lines = (
            json.dumps([round(each.at, 3), each.number, "in" if each.incoming else "out", each.text[:5000]])
            for each in asking.central.frames
        )
        (frames / f"{stem}.jsonl").write_text("\n".join(lines) + "\n")
