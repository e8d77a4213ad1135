# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`central serve` under `chargerctl fleet` in real time, each in a process of its own: over mosquitto, through the bridge,
or over OCPP-J."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chargerctl.fleet.record.file import OUT, Entry, Reader

from bench._books import Checked, Sent, check
from bench._processes import CHARGERCTL, environment
from bench.central import Central

WAYS = ("mosquitto", "bridge", "ocppj")
_PATH = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
_CHARGER = {"CHARGER_WIFI_SSID": "fleet", "CHARGER_MQTT_BROKER": "broker.example"}


@dataclass
class Spent:
    """Of one process: seconds of CPU, megabytes at the end."""

    cpu_s: float
    mb: float


@dataclass
class Loaded:
    """report: of `chargerctl fleet`. spent: by the name of the process. record: of every frame."""

    report: dict[str, Any]
    spent: dict[str, Spent]
    books: Checked
    record: list[Entry]


class Under:
    """What stands under the fleet. `broker`: the mosquitto, None over OCPP-J."""

    def __init__(self, stack: ExitStack, home: Path, way: str, postgres: bool = False) -> None:
        from tests.mosquitto import Mosquitto, free_port, needs_mosquitto

        self.home = home
        self.broker: Any = None
        self.processes: dict[str, Central] = {}
        self.database = str(home / "books.sqlite")
        self._stack = stack
        if postgres:
            from tests.postgres import Postgres

            server = Postgres(fsync=True)
            stack.callback(server.close)
            self.database = server.database()
        if way != "ocppj":
            needs_mosquitto()
            self.broker = Mosquitto(
                home, "allow_anonymous true", "max_queued_messages 0", "set_tcp_nodelay true"
            )
            stack.callback(self.broker.stop)
        to = f"127.0.0.1:{free_port()}"
        serve = ["central", "serve", "--database", self.database]
        if way == "mosquitto":
            self._start("central serve", [*serve, "--broker", self._broker_place], "MQTT chargers come")
            self.options = ["--broker", self._broker_place]
            return
        self._start("central serve", [*serve, "--listen", "none", "--ocpp", to], "OCPP-J chargers connect")
        self.options = ["--to", f"ws://{to}"]
        if way == "bridge":
            bridge = ["bridge", "--broker", self._broker_place, *self.options]
            self._start("bridge", bridge, "connected to broker")
            self.options = ["--broker", self._broker_place]

    @property
    def _broker_place(self) -> str:
        return f"127.0.0.1:{self.broker.port}"

    def _start(self, name: str, words: Sequence[str], ready: str) -> None:
        home = self.home / name.replace(" ", "-")
        home.mkdir()
        process = self.processes[name] = Central([*CHARGERCTL, *words], home, ready)
        self._stack.callback(process.close)


class Fleet:
    """`chargerctl fleet COUNT` with these options, which ends by itself. sums(): what it says each second."""

    def __init__(self, under: Under, count: int, *options: str) -> None:
        self._record = under.home / "record.jsonl"
        command = [*CHARGERCTL, "fleet", str(count), *under.options, "--seed", "1", "--json"]
        self._process = subprocess.Popen(
            [*command, "--record", str(self._record), *options],
            stdout=subprocess.PIPE,
            stderr=(under.home / "fleet.log").open("w"),
            text=True,
            cwd=under.home,
            env=environment(under.home) | _PATH | _CHARGER,
        )
        self._under = under
        # What they took to start does not count.
        self._cpu_s = {name: each.cpu_s() for name, each in under.processes.items()}
        self._peak_mb = 0.0

    def sums(self) -> Iterator[dict[str, Any]]:
        """The last one is its report."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            if said.get("kind") != "report":
                pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
                self._peak_mb = max(self._peak_mb, pages * resource.getpagesize() / (1 << 20))
            if said.get("kind") in ("sums", "report"):
                yield said
        if self._process.wait() not in (0, 1):
            raise RuntimeError(f"chargerctl fleet: {(self._under.home / 'fleet.log').read_text()[-500:]}")

    def ended(self, report: dict[str, Any]) -> Loaded:
        """Once sums() is over."""
        under = self._under
        spent = {
            name: Spent(each.cpu_s() - self._cpu_s[name], each.resident_mb())
            for name, each in under.processes.items()
        }
        spent["fleet"] = Spent(report["cpu_s"], self._peak_mb)
        sent = Sent()
        entries = list(Reader(self._record))
        for each in entries:
            if each.frame:
                sent.passed(each.serial, each.what == OUT, each.frame)
        # What arrived last is booked within a moment.
        time.sleep(2)
        return Loaded(report, spent, check(sent, under.database), entries)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
