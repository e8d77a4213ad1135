# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What stands under a fleet of a bench: `central serve`, and the broker, the bridge and the database that a way has to it,
each in a process of its own."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chargerctl.fleet.plan import Broker, Target

from bench._fleet.spending import Spent, spent
from bench._processes import CHARGERCTL
from bench.central import Central


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
