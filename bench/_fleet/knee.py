# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How much of a fleet one core carries in real time: where one pass in a hundred is done 50 ms after it was due, or later.

First by chargers, as many as there may be connections; then by load: the same chargers do everything more often, in the same
mixture (site.py). "Equivalent" are so many chargers as would send as many messages a second if each had a session of half
an hour an hour, heartbeats each 300 s, meter values each 60 s, and pings each 30 s without a message. In the end the broker,
or what answers, is killed and started again, and all come back.

Each charger has its own connection, to mosquitto or with a WebSocket. What answers is a process that keeps nothing
(answering.py). What others take of the cores is left out (knee_process.py); "others %": how much of the wall's time that
was.
"""

from __future__ import annotations

import json
import math
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Timer
from typing import Any

from chargerctl.descriptors import enough_for

from bench._fleet.site import PACE_S
from bench._processes import running

KNEE_MS = 50.0
GOAL, LEAST, GOAL_KB = 2000, 1000, 150.0
# New chargers come over whole paces, so that what they do is spread evenly; no more of them in one than this.
_IN_A_PACE = 10_000
_SLOWEST_S = 10 * PACE_S
# The search is over where what is carried and what is too much are so close.
_CLOSE = 1.15
_IDLE = 0.2
# A step takes so long beside what it measures; and the end.
_STEP_S, _LOST_S = 15.0, 30.0
# It limits itself: what takes longer hangs.
_HANGS_S = 180.0
_HEAD = (
    f"  {'chargers':>8}{'load':>7}{'equivalent':>12}{'messages/s':>12}{'CPU %':>7}{'p50 ms':>8}{'p99 ms':>9}"
    f"{'worst ms':>10}{'gc ms':>7}{'KB each':>9}{'others %':>10}"
)


def main(kind: str, counts: Sequence[int], seconds: int, limit_s: float) -> None:
    """No step begins that would end after limit_s."""
    enough_for(max(counts))
    print(f"  {'MQTT, mosquitto' if kind == 'mqtt' else 'OCPP-J, WebSockets'}")
    print(_HEAD, flush=True)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port, cut = (_at_mosquitto if kind == "mqtt" else _at_websockets)(stack, home)
        process = stack.enter_context(running(home, "bench._fleet.knee_process", kind, str(port)))
        hangs = Timer(limit_s + _HANGS_S, process.kill)
        stack.callback(hangs.cancel)
        hangs.start()
        search = Search(process, seconds, time.monotonic() + limit_s - _LOST_S)
        try:
            search.by_chargers(counts)
            search.by_load()
        finally:
            search.tell()
        search.lose(cut)


class Search:
    """Has knee_process.py do what it has to, and prints what it measures. No step begins that would end after end_s, on the
    monotonic clock."""

    def __init__(self, process: Any, seconds: int, end_s: float) -> None:
        self._process = process
        self._seconds = seconds
        self._end_s = end_s
        # The pace that is carried, and the one that is not (site.py).
        self._carried: int | None = None
        self._too_much: int | None = None
        # Of these, messages a second; and of one charger at load 1.
        self._rates: dict[int, float] = {}
        self._of_one = self._cpu = 0.0
        self._count = self._most = 0
        self._memory_kb = 0.0
        # How much longer than on a quiet machine it takes.
        self._stretch = 1.0

    def by_chargers(self, counts: Sequence[int]) -> None:
        for count in counts:
            grow_s = PACE_S * math.ceil((count - self._count) / _IN_A_PACE)
            if self._count and not self._time_for(grow_s + _STEP_S):
                return
            self._count = count
            grown = self._do("grow", count, grow_s)
            if grown["accepted"] < count:
                print(f"  of {count:,} only {grown['accepted']:,} were accepted in {grown['wall_s']:.0f} s")
            self._carried = None
            if not self._carries(PACE_S):
                return
            self._most = count

    def by_load(self) -> None:
        pace_s = PACE_S
        while self._time_for(_STEP_S):
            tried, pace_s = pace_s, self._next_pace_s()
            if pace_s in (self._carried, self._too_much, tried):
                return
            self._do("pace", pace_s)
            self._carries(pace_s)
        print("  the time is over: --minutes")

    def _next_pace_s(self) -> int:
        """Twice the load, or four times while the core is idle enough, or half of it; then between the two that are closest,
        until they are close enough."""
        carried, too_much = self._carried, self._too_much
        if carried is None:
            return min(_SLOWEST_S, 2 * (too_much or PACE_S))
        if too_much is None:
            return max(1, carried // (4 if self._cpu < _IDLE else 2))
        return carried if carried <= _CLOSE * too_much else round(math.sqrt(carried * too_much))

    def _carries(self, pace_s: int) -> bool:
        """Measured again where it was late and has caught up: something else may have disturbed it."""
        found = self._measure(pace_s)
        if not _held(found) and found["behind_ms"] <= KNEE_MS:
            found = self._measure(pace_s)
        if _held(found):
            self._carried = pace_s
        else:
            self._too_much = pace_s
        return _held(found)

    def _measure(self, pace_s: int) -> dict[str, Any]:
        found = self._do("measure", self._seconds)
        own_s = found["own_s"]
        self._cpu, messages = found["cpu_s"] / own_s, found["frames"] / own_s
        self._stretch = found["wall_s"] / own_s
        self._rates[pace_s] = messages
        if pace_s == PACE_S and (_held(found) or not self._of_one):
            self._of_one = messages / self._count
        self._memory_kb = max(self._memory_kb, found["kb_each"])
        print(
            f"  {self._count:>8,}{PACE_S / pace_s:>7.2f}{self._equivalent(pace_s):>12,.0f}{messages:>12,.0f}"
            f"{100 * self._cpu:>7.1f}{found['p50_ms']:>8.1f}{found['p99_ms']:>9.1f}{found['worst_ms']:>10.0f}"
            f"{found['pause_ms']:>7.0f}{found['kb_each']:>9.0f}{100 - 100 * own_s / found['wall_s']:>10.1f}",
            flush=True,
        )
        return found

    def _equivalent(self, pace_s: int) -> float:
        return self._rates[pace_s] / self._of_one if self._of_one else float(self._count)

    def tell(self) -> None:
        def load(pace_s: int) -> str:
            return (
                f"{self._rates[pace_s]:,.0f} messages/s ({self._equivalent(pace_s):,.0f} equivalent chargers)"
            )

        carried = "nothing" if self._carried is None else load(self._carried)
        too_much = "was not found" if self._too_much is None else f"is below {load(self._too_much)}"
        missed = "more were not tried" if self._most == self._count else "NOT MET"
        verdict = "held" if self._most >= GOAL else "at least" if self._most >= LEAST else missed
        memory = "held" if self._memory_kb <= GOAL_KB else "NOT MET"
        print(f"  the knee, p99 of {KNEE_MS:.0f} ms, {too_much}; carried by one core: {carried}")
        print(f"  chargers at load 1: {self._most:,} (goal {GOAL:,}, at least {LEAST:,}: {verdict})")
        print(f"  memory: {self._memory_kb:.0f} KB a charger (goal {GOAL_KB:.0f}: {memory})", flush=True)

    def lose(self, cut: Callable[[], object]) -> None:
        self._do("pace", PACE_S)
        self._ask("lost")
        cut()
        back = self._answer("lost")
        print(
            f"  all connections lost: {back['connected']:,} are back {back['own_s']:.1f} s later, after"
            f" {back['tries']:.1f} tries each, for {back['cpu_s']:.1f} s of CPU",
            flush=True,
        )

    # The process.

    def _time_for(self, seconds: float) -> bool:
        return time.monotonic() + self._stretch * (seconds + self._seconds) < self._end_s

    def _do(self, what: str, *numbers: int) -> dict[str, Any]:
        self._ask(what, *numbers)
        return self._answer(what)

    def _ask(self, what: str, *numbers: int) -> None:
        with suppress(BrokenPipeError):  # it has ended, as its answer says
            self._process.stdin.write(" ".join([what, *map(str, numbers)]) + "\n")
            self._process.stdin.flush()

    def _answer(self, what: str) -> dict[str, Any]:
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"knee_process.py ended, or hung and was ended, when it was told: {what}")
        found: dict[str, Any] = json.loads(line)
        return found


def _held(found: Mapping[str, Any]) -> bool:
    return bool(found["p99_ms"] <= KNEE_MS)


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
    central = stack.enter_context(running(home, "bench._fleet.answering", kind, str(port)))
    central.stdout.readline()
    return central
