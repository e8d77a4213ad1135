# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a fleet of the firmware's chargers takes, and our central system and bridge under it, part by part: PARTS.

knee: how many chargers one core carries in real time, where one pass in a hundred is done 50 ms after it was
due, or later.

Each has its own connection, to mosquitto or with a WebSocket, a session of half an hour each hour, heartbeats each 300 s,
meter values each 60 s. What answers them is a process that keeps nothing (_answering.py). After that the broker, or that
process, is killed and started again, and all come back: after how many failures each, how late, and for how much of the CPU.

What others take of the cores is left out: the fleet's clock stands while its process waits for one. "Others %": how much
of the wall's time that was.

thousand: 1,000 chargers in real time before `central serve` (_thousand.py). storm: all lose power; cut: all lose their
connection (_storm.py). These three on several ways (_under.py), in columns: thousand takes half an hour, the others a
quarter; a way that is not over five minutes after its time is ended.
virtual: 5,000 in virtual time. day: 24 hours in virtual time, the books checked to the watt-hour.

--chargers 1000,2000: how many; --seconds 60: how long each is measured, or charges before the storm; --to: over what, of the
knee mqtt,ws, of thousand, storm and cut mosquitto,postgres,two,bridge,ocppj; --hours: of virtual and day.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench import _storm, _thousand
from bench._processes import environment, warn_if_busy
from bench._under import WAYS

ONLY_BY_NAME = True
CHARGERS = "1000,2000,4000,8000,12000"
KNEE_MS = 50.0
GOAL, LEAST, GOAL_KB = 2000, 1000, 150.0
_PATH = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
_ON_WAYS = ("thousand", "storm", "cut")
_HEAD = (
    f"  {'chargers':>8}{'frames/s':>10}{'p50 ms':>8}{'p99 ms':>8}{'worst ms':>10}{'CPU %':>7}{'KB each':>9}{'others %':>10}"
    f" | all lost: {'tries':>6}{'back in s':>11}{'p99 ms':>8}{'CPU s':>7}"
)


def main(words: Sequence[str] = ()) -> None:
    options = ArgumentParser("python -m bench fleet")
    options.add_argument("parts", nargs="*", metavar="PART")
    for name in ("chargers", "seconds", "to", "hours"):
        options.add_argument(f"--{name}", default="")
    given = options.parse_args(words)
    for wrong in set(given.parts) - set(PARTS):
        options.error(f"{wrong}: there is no such part; there are {', '.join(PARTS)}")
    if set(given.parts) <= set(_ON_WAYS):
        for wrong in set(filter(None, given.to.split(","))) - set(WAYS):
            options.error(f"--to {wrong}: there is no such way; there are {', '.join(WAYS)}")
    warn_if_busy()
    for part in given.parts or PARTS:
        print(f" {part}", flush=True)
        PARTS[part](given)


def _all_knees(given: Namespace) -> None:
    for kind in (given.to or "mqtt,ws").split(","):
        _knee(kind, [int(count) for count in (given.chargers or CHARGERS).split(",")], given.seconds or "60")


def _thousand_of(given: Namespace) -> None:
    _thousand.main(int(given.chargers or 1000), int(given.seconds or 300), _ways(given, tuple(WAYS)))


def _storm_of(given: Namespace) -> None:
    _storm.power(int(given.chargers or 1000), int(given.seconds or 90), _ways(given, _storm.POWER_WAYS))


def _cut_of(given: Namespace) -> None:
    _storm.cut(int(given.chargers or 1000), int(given.seconds or 90), _ways(given, _storm.CUT_WAYS))


def _ways(given: Namespace, usual: Sequence[str]) -> Sequence[str]:
    return given.to.split(",") if given.to else usual


def _virtual_of(given: Namespace) -> None:
    _in_virtual_time(int(given.chargers or 5000), float(given.hours or 0.5))


def _day_of(given: Namespace) -> None:
    _in_virtual_time(int(given.chargers or 100), float(given.hours or 24))


def _in_virtual_time(count: int, hours: float) -> None:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        words = [str(count), str(hours), "1", str(home / "books.sqlite")]
        found = json.loads(stack.enter_context(_process(home, "bench._virtual", *words)).stdout.read())
    print(f"  {count:,} chargers, {hours:g} hours, a customer an hour at each: {found['books']}")
    print(
        f"  {found['charger_hours_a_cpu_s']:.1f} charger-hours a CPU second ({found['cpu_s']:.0f} s of CPU,"
        f" {found['wall_s']:.0f} s; {found['frames']:,} frames); {found['kb_each']:.0f} KB a charger with its books"
    )
    print(f"  lost {found['lost']}, double {found['double']}, violations {found['violations']}", flush=True)


PARTS: dict[str, Callable[[Namespace], None]] = {
    "knee": _all_knees,
    "thousand": _thousand_of,
    "virtual": _virtual_of,
    "storm": _storm_of,
    "cut": _cut_of,
    "day": _day_of,
}


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
