# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A fleet in real time before `central serve`, in a process of its own, on several ways (under.py)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chargerctl.fleet.plan import Plan

from bench._fleet.books import Checked
from bench._fleet.columns import print_columns
from bench._fleet.spending import Spent
from bench._fleet.under import Under, Way
from bench._processes import environment

_PATH = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
_CHARGER = {"CHARGER_WIFI_SSID": "fleet", "CHARGER_MQTT_BROKER": "broker.example"}
_SETTLE_S = 300.0
"""What a fleet needs to start, and to deliver what it still has, on a busy machine."""
_PROGRESS_S = 10.0

States = tuple[float, dict[str, int]]
"""By the fleet's time, in seconds: how many of its chargers are what."""


@dataclass
class Loaded:
    """report: of `chargerctl fleet`. spent: by what kind of process. back_s: of watched.py."""

    report: dict[str, Any]
    spent: dict[str, Spent]
    books: Checked
    back_s: list[float]


class Fleet:
    """A process with a plan's chargers (watched.py), which ends by itself, or is ended when it takes too long. outage: of
    what, power or connection."""

    def __init__(self, stack: ExitStack, under: Under, plan: Plan, outage: str, most_s: float) -> None:
        """most_s: that the plan takes."""
        self._under = under
        command = [sys.executable, "-m", "bench._fleet.watched", under.database, outage]
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

    def states(self) -> Iterator[States]:
        """Once a second until the end. Tells on stderr how far it is."""
        tell_s = 0.0
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._found = json.loads(line)
            states: dict[str, int] | None = self._found.get("states")
            if states is None:
                continue
            yield self._found["fleet_s"], states
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


Watch = Callable[[Under, Iterator[States]], object]
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


def _just_look(under: Under, states: Iterator[States]) -> None:
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
