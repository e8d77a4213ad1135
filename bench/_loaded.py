# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`central serve` under a fleet in real time, each in a process of its own: WAYS."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chargerctl.fleet.plan import Broker, Plan, Target

from bench._books import Checked
from bench._columns import print_columns
from bench._processes import CHARGERCTL, environment
from bench._spending import Spent, spent
from bench.central import Central

_PATH = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
_CHARGER = {"CHARGER_WIFI_SSID": "fleet", "CHARGER_MQTT_BROKER": "broker.example"}
_SETTLE_S = 120.0
"""What a fleet needs to start, and to deliver what it still has, on a busy machine."""
_PROGRESS_S = 10.0


@dataclass(frozen=True)
class Way:
    """How the chargers come to `central serve`: by a broker or not, by the bridge or not; several processes of it share the
    chargers by leases in PostgreSQL."""

    name: str
    broker: bool = True
    bridge: bool = False
    postgres: bool = False
    processes: int = 1


WAYS = {
    "mosquitto": Way("mosquitto, SQLite"),
    "postgres": Way("mosquitto, PostgreSQL", postgres=True),
    "two": Way("mosquitto, PostgreSQL, 2 processes", postgres=True, processes=2),
    "bridge": Way("bridge, SQLite", bridge=True),
    "ocppj": Way("OCPP-J, SQLite", broker=False),
}


@dataclass
class Loaded:
    """report: of `chargerctl fleet`. spent: by what kind of process. back_s: of _watched.py."""

    report: dict[str, Any]
    spent: dict[str, Spent]
    books: Checked
    back_s: list[float]


class Under:
    """What stands under the fleet. `broker`, `target`: where its chargers connect."""

    def __init__(self, stack: ExitStack, home: Path, way: Way) -> None:
        from tests.mosquitto import free_port

        self.home, self._stack, self._way = home, stack, way
        self.broker: Broker | None = None
        self.target: Target | None = None
        self.database = str(home / "books.sqlite")
        # How each process is asked for its id: it may be another one after a cut.
        self._pids: dict[str, list[Callable[[], int]]] = defaultdict(list)
        self._gone_s: Counter[str] = Counter()
        self._mosquitto: Any = None
        self._central: Central | None = None
        if way.postgres:
            self._start_postgres()
        place, to = self._start_mosquitto() if way.broker else "", f"127.0.0.1:{free_port()}"
        serve = ["central", "serve", "--database", self.database, "--http", "none"]
        if way.broker and not way.bridge:
            for number in range(way.processes):
                self._start("central", number, [*serve, "--broker", place], "MQTT chargers come")
        else:
            own = [*serve, "--listen", "none", "--ocpp", to]
            self._start_central = lambda: self._start("central", 0, own, "OCPP-J chargers connect")
            self._central = self._start_central()
        if way.bridge:
            self._start(
                "bridge", 0, ["bridge", "--broker", place, "--to", f"ws://{to}"], "connected to broker"
            )
        if not way.broker:
            self.target = Target(f"ws://{to}")

    def cut(self, seconds: float) -> None:
        """Kill what the chargers are connected to: the broker, or the central system itself; and start it again."""
        kind = "mosquitto" if self._mosquitto else "central"
        cpu_s = self._spent(kind).cpu_s
        (self._mosquitto or self._central).kill()
        time.sleep(seconds)
        if self._mosquitto:
            self._mosquitto.start()
        else:
            self._pids[kind].clear()
            self._central = self._start_central()
        self._gone_s[kind] += cpu_s

    def spent(self) -> dict[str, Spent]:
        return {kind: self._spent(kind) for kind in self._pids}

    def _spent(self, kind: str) -> Spent:
        now = spent(pid() for pid in self._pids[kind])
        return replace(now, cpu_s=now.cpu_s + self._gone_s[kind])

    def _start(self, kind: str, number: int, words: Sequence[str], ready: str) -> Central:
        home = self.home / f"{kind}-{number}"
        home.mkdir(exist_ok=True)
        process = Central([*CHARGERCTL, *words], home, ready)
        self._stack.callback(process.close)
        self._pids[kind].append(lambda: process.pid)
        return process

    def _start_postgres(self) -> None:
        from tests.postgres import Postgres

        server = Postgres(fsync=True)
        self._stack.callback(server.close)
        self._pids["PostgreSQL"].append(lambda: server.pid)
        self.database = server.database()

    def _start_mosquitto(self) -> str:
        from tests.mosquitto import Mosquitto, needs_mosquitto

        needs_mosquitto()
        lines = ("allow_anonymous true", "max_queued_messages 0", "set_tcp_nodelay true")
        self._mosquitto = Mosquitto(self.home, *lines)
        self._stack.callback(self._mosquitto.stop)
        self._pids["mosquitto"].append(lambda: self._mosquitto.pid)
        self.broker = Broker("127.0.0.1", self._mosquitto.port)
        return f"127.0.0.1:{self._mosquitto.port}"


class Fleet:
    """A process with a plan's chargers (_watched.py), which ends by itself, or is ended when it takes too long. outage: of
    what, power or connection."""

    def __init__(self, stack: ExitStack, under: Under, plan: Plan, outage: str, most_s: float) -> None:
        """most_s: that the plan takes."""
        self._under = under
        command = [sys.executable, "-m", "bench._watched", under.database, outage]
        home = under.home
        self._errors = home / "fleet.log"
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors.open("w"),
            text=True,
            cwd=home,
            env=environment(home) | _PATH,
        )
        stack.callback(self._close)
        self._late = threading.Timer(most_s + _SETTLE_S, self._process.kill)
        self._late.start()
        stack.callback(self._late.cancel)
        # What they took to start does not count.
        self._began = under.spent()
        self._began_s = time.monotonic()
        assert self._process.stdin is not None
        plan = replace(plan, settings=_CHARGER, broker=under.broker, target=under.target)
        self._process.stdin.write(plan.to_json() + "\n")
        self._process.stdin.close()
        self._found: dict[str, Any] = {}

    def states(self) -> Iterator[dict[str, int]]:
        """Of the chargers, how many are what, once a second until the end. Tells on stderr how far it is."""
        tell_s = 0.0
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._found = json.loads(line)
            states: dict[str, int] | None = self._found.get("states")
            if states is None:
                continue
            yield states
            passed_s = time.monotonic() - self._began_s
            if passed_s >= tell_s:
                tell_s += _PROGRESS_S
                many = ", ".join(f"{name} {count:,}" for name, count in sorted(states.items()) if count)
                print(f"    {passed_s:5.0f} s  {many}", file=sys.stderr, flush=True)
        if self._process.wait():
            what = "took too long" if self._process.returncode == -signal.SIGKILL else "ended"
            raise RuntimeError(f"the fleet {what}: {self._errors.read_text()[-500:]}")

    def ended(self) -> Loaded:
        """Once states() is over."""
        found = self._found
        report = found["report"]
        took = {"fleet": Spent(report["cpu_s"], found["peak_mb"])}
        for kind, now in self._under.spent().items():
            took[kind] = replace(now, cpu_s=now.cpu_s - self._began[kind].cpu_s)
        return Loaded(report, took, Checked(**found["books"]), found["back_s"])

    def _close(self) -> None:
        self._process.kill()
        self._process.wait()


Watch = Callable[[Under, Iterator[dict[str, int]]], object]
"""watch(under, states): goes through all states, and may do something to what stands under the fleet."""


def side_by_side(
    ways: Sequence[Way],
    plan: Plan,
    outage: str,
    most_s: float,
    rows: Callable[[Loaded], dict[str, str]],
    watch: Watch | None = None,
) -> None:
    """Measure the plan on each way, and print what was found. outage, most_s: as of Fleet."""
    import pytest

    columns = {}
    try:
        for way in ways:
            print(f"   {way.name}", file=sys.stderr, flush=True)
            try:
                columns[way.name] = rows(_measured(way, plan, outage, most_s, watch or _just_look))
            except (pytest.skip.Exception, RuntimeError) as error:
                print(f"  {way.name} is left out: {error}", flush=True)
    finally:
        if columns:
            print_columns(columns)


def _just_look(under: Under, states: Iterator[dict[str, int]]) -> None:
    for _ in states:
        pass


def _measured(way: Way, plan: Plan, outage: str, most_s: float, watch: Watch) -> Loaded:
    with ExitStack() as stack:
        under = Under(stack, Path(stack.enter_context(tempfile.TemporaryDirectory())), way)
        fleet = Fleet(stack, under, plan, outage, most_s)
        watch(under, fleet.states())
        return fleet.ended()


def rows_of(found: Loaded) -> dict[str, str]:
    """What must be so on each way: every session once, with its energy, and every call answered."""
    report, books = found.report, found.books
    return {
        "unanswered / CALLERRORs / violations": f"{report['unanswered']} / {report['errors']} / {report['violations']}",
        "strange answers / reconnects": f"{report['strange_answers']} / {report['reconnects']:,}",
        "sessions lost / double, by the chargers": f"{report['lost']} / {report['double']}",
        "sessions": f"{books.sessions:,}",
        "of these missing / not sent, in the books": f"{books.missing} / {books.doubled}",
        "sent, Wh": f"{books.sent_wh:,}",
        "booked, Wh": f"{books.booked_wh:,}",
    }
