# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How many chargers one core carries in real time over mosquitto: the knee, where one pass in a hundred is done 50 ms after
it was due, or later.

Each has its own connection, a session of half an hour each hour, heartbeats each 300 s, meter values each 60 s. What answers
them is a process that keeps nothing (_answering.py). After that the broker is killed and started again, and all come back.
What others take of the cores is left out: the fleet's clock stands while its process waits for one. "Others %": how much
of the wall's time that was.

CHARGERCTL_BENCH_CHARGERS: how many, with commas between them; CHARGERCTL_BENCH_SECONDS: how long each is measured, 60.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench._processes import environment, warn_if_busy

ONLY_BY_NAME = True
CHARGERS = "500,1000,2000,4000,6000,8000"
KNEE_MS = 50.0
GOAL, LEAST, GOAL_KB = 2000, 1000, 150.0
_PATH = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
_HEAD = (
    f"  {'chargers':>8}{'frames/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'worst ms':>10}{'CPU %':>8}{'others %':>10}{'KB each':>9}"
    f"   all lost: {'back in s':>9}{'p99 ms':>9}{'CPU s':>8}"
)


def main() -> None:
    warn_if_busy()
    from tests.mosquitto import needs_mosquitto

    needs_mosquitto()
    seconds = os.environ.get("CHARGERCTL_BENCH_SECONDS", "60")
    print(_HEAD, flush=True)
    knee, memory = 0, 0.0
    for count in map(int, os.environ.get("CHARGERCTL_BENCH_CHARGERS", CHARGERS).split(",")):
        found = measured(count, seconds)
        _print(count, found)
        steady = found["measured"]
        memory = max(memory, steady["resident_kb"])
        if steady["p99_ms"] > KNEE_MS:
            break
        knee = count
    verdict = "held" if knee >= GOAL else "at least" if knee >= LEAST else "NOT MET"
    print(f"  below the knee: {knee:,} chargers on one core (goal {GOAL:,}, at least {LEAST:,}: {verdict})")
    print(
        f"  memory: {memory:.0f} KB a charger (goal {GOAL_KB:.0f}: {'held' if memory <= GOAL_KB else 'NOT MET'})"
    )


def measured(count: int, seconds: str) -> dict[str, Any]:
    """What bench/_fleet.py prints: by what it was about."""
    from tests.mosquitto import Mosquitto

    found = {}
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        broker = Mosquitto(home, "allow_anonymous true", "max_queued_messages 0", "set_tcp_nodelay true")
        stack.callback(broker.stop)
        answering = stack.enter_context(_process(home, "bench._answering", str(broker.port)))
        answering.stdout.readline()
        fleet = stack.enter_context(_process(home, "bench._fleet", str(count), str(broker.port), seconds))
        for line in fleet.stdout:
            report = json.loads(line)
            found[report["what"]] = report
            if report["what"] == "measured":
                broker.kill()
                broker.start()
    return found


@contextmanager
def _process(home: Path, module: str, *arguments: str) -> Iterator[Any]:
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(home) | _PATH,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _print(count: int, found: dict[str, Any]) -> None:
    steady, back = found["measured"], found["back"]
    print(
        f"  {count:>8,}{steady['frames'] / steady['own_s']:>10,.0f}{steady['p50_ms']:>9.1f}{steady['p99_ms']:>9.1f}"
        f"{steady['worst_ms']:>10.0f}{100 * steady['cpu_s'] / steady['own_s']:>8.1f}"
        f"{100 - 100 * steady['own_s'] / steady['wall_s']:>10.1f}{steady['resident_kb']:>9.0f}"
        f"   {'':10}{back['own_s']:>9.1f}{back['p99_ms']:>9.0f}{back['cpu_s']:>8.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
