# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How many chargers one core carries in real time: the knee, where one pass in a hundred is done 50 ms after it was due, or
later.

Each has its own connection, to mosquitto or with a WebSocket, a session of half an hour each hour, heartbeats each 300 s,
meter values each 60 s. What answers them is a process that keeps nothing (_answering.py). After that the broker, or that
process, is killed and started again, and all come back: after how many failures each, how late, and for how much of the CPU.

What others take of the cores is left out: the fleet's clock stands while its process waits for one. "Others %": how much
of the wall's time that was.

--chargers 1000,2000: how many; --seconds 60: how long each is measured; --to mqtt,ws: over what.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench._processes import environment, warn_if_busy

ONLY_BY_NAME = True
CHARGERS = "1000,2000,4000,8000,12000"
KNEE_MS = 50.0
GOAL, LEAST, GOAL_KB = 2000, 1000, 150.0
_PATH = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
_HEAD = (
    f"  {'chargers':>8}{'frames/s':>10}{'p50 ms':>8}{'p99 ms':>8}{'worst ms':>10}{'CPU %':>7}{'KB each':>9}{'others %':>10}"
    f" | all lost: {'tries':>6}{'back in s':>11}{'p99 ms':>8}{'CPU s':>7}"
)


def main(words: Sequence[str] = ()) -> None:
    options = argparse.ArgumentParser("python -m bench fleet")
    options.add_argument("--chargers", default=CHARGERS)
    options.add_argument("--seconds", default="60")
    options.add_argument("--to", default="mqtt,ws")
    given = options.parse_args(words)
    warn_if_busy()
    for kind in given.to.split(","):
        _knee(kind, [int(count) for count in given.chargers.split(",")], given.seconds)


def _knee(kind: str, counts: Sequence[int], seconds: str) -> None:
    print(f"  {'MQTT, mosquitto' if kind == 'mqtt' else 'OCPP-J, WebSockets'}")
    print(_HEAD, flush=True)
    knee, memory = 0, 0.0
    for count in counts:
        found = measured(kind, count, seconds)
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


def measured(kind: str, count: int, seconds: str) -> dict[str, Any]:
    """What bench/_fleet.py prints: by what it was about."""
    found = {}
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port, cut = (_at_mosquitto if kind == "mqtt" else _at_websockets)(stack, home)
        fleet = stack.enter_context(_process(home, "bench._fleet", str(count), kind, str(port), seconds))
        for line in fleet.stdout:
            report = json.loads(line)
            found[report["what"]] = report
            if report["what"] == "measured":
                cut()
    return found


def _at_mosquitto(stack: ExitStack, home: Path) -> tuple[int, Callable[[], object]]:
    from tests.mosquitto import Mosquitto, needs_mosquitto

    needs_mosquitto()
    broker = Mosquitto(home, "allow_anonymous true", "max_queued_messages 0", "set_tcp_nodelay true")
    stack.callback(broker.stop)
    _answering(stack, home, "mqtt", broker.port)

    def cut() -> None:
        broker.kill()
        broker.start()

    return broker.port, cut


def _at_websockets(stack: ExitStack, home: Path) -> tuple[int, Callable[[], object]]:
    from tests.mosquitto import free_port

    port = free_port()
    central = _answering(stack, home, "ws", port)

    def cut() -> None:
        central.kill()
        central.wait()
        _answering(stack, home, "ws", port)

    return port, cut


def _answering(stack: ExitStack, home: Path, kind: str, port: int) -> Any:
    central = stack.enter_context(_process(home, "bench._answering", kind, str(port)))
    central.stdout.readline()
    return central


@contextmanager
def _process(home: Path, module: str, *arguments: str) -> Iterator[Any]:
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(home) | _PATH)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _print(count: int, found: dict[str, Any]) -> None:
    steady, back = found["measured"], found["back"]
    own_s = steady["own_s"]
    print(
        f"  {count:>8,}{steady['frames'] / own_s:>10,.0f}{steady['p50_ms']:>8.1f}{steady['p99_ms']:>8.1f}"
        f"{steady['worst_ms']:>10.0f}{100 * steady['cpu_s'] / own_s:>7.1f}{steady['resident_kb']:>9.0f}"
        f"{100 - 100 * own_s / steady['wall_s']:>10.1f}"
        f" | {'':10}{back['tries']:>6.1f}{back['own_s']:>11.1f}{back['p99_ms']:>8.0f}{back['cpu_s']:>7.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
