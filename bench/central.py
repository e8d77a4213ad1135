# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How many messages a CPU second of the central system's process is worth, each in the books before it is answered.

`central serve` over mosquitto, on SQLite and on PostgreSQL, and over OCPP-J; and the same frames through a central system in
the plain style of the `ocpp` library's example (_plain_central.py), without books and with a commit for each message.

More and more is offered, until one call in a hundred waits 100 ms, or less is answered than was offered, twice in a row:
what else runs on the machine disturbs. The last rate before that counts; where even the first is too much, it does, marked.

Without mosquitto or PostgreSQL their rows are left out. CHARGERCTL_BENCH_SECONDS: how long each rate is offered, 5;
CHARGERCTL_BENCH_STEPS=1: print each.
"""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench._chargers import Chargers, OverMqtt, OverWebSocket, Step, Transport
from bench._processes import CHARGERCTL, environment, warn_if_busy

CHARGERS = 300
RATES = (50, 100, 250, 500, 750, 1000, 1250, 1500, 1750, 2000, 2500, 3000, 3500, 4000, 5000, 6000)
LONGEST_MS = 100.0
# Of what was offered, so much must be answered.
SHARE = 0.95
GOAL, GOAL_RATIO = 1500, 3.0
_READY_S = 60.0
_TICK = os.sysconf("SC_CLK_TCK")


class Central:
    """The process that is measured. `ready`: a line of its output that has this says that it can be reached."""

    def __init__(self, command: Sequence[str], home: Path, ready: str) -> None:
        self._log = (home / "log").open("w+")
        self._process = subprocess.Popen(
            command,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            cwd=home,
            env=environment(home) | _PATH | _EVERYBODY,
        )
        for _ in range(int(_READY_S * 10)):
            if ready in (home / "log").read_text() or self._process.poll() is not None:
                break
            asyncio.run(asyncio.sleep(0.1))
        if self._process.poll() is not None or ready not in (home / "log").read_text():
            self.close()
            raise RuntimeError(f"not started: {(home / 'log').read_text()[-500:]}")

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def cpu_s(self) -> float:
        """Of all of its threads, in user and system mode."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def resident_mb(self) -> float:
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / (1 << 20)

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


_PATH = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
# The central system does not know its chargers and cards.
_EVERYBODY = {"CHARGERCTL_CENTRAL_UNKNOWN_CHARGERS": "accept", "CHARGERCTL_CENTRAL_UNKNOWN_CARDS": "accept"}


def main() -> None:
    warn_if_busy()
    print(
        f"  {CHARGERS} chargers, each with one call outstanding; in a session 16 messages, 6 of them meter values"
    )
    print(f"  {'':44}{'answered':>10}{'median':>9}{'p99':>9}{'CPU':>7}{'messages':>11}")
    print(f"  {'':44}{'a second':>10}{'ms':>9}{'ms':>9}{'%':>7}{'a CPU s':>11}")
    found: dict[str, Step] = {}
    for title, run in _RUNS.items():
        with ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            try:
                found[title] = run(stack, home)
            except _LeftOutError as error:
                print(f"  {title:44}left out: {error}", flush=True)
                continue
        _print(title, found[title])
    _judge(found)


def _judge(found: dict[str, Step]) -> None:
    ours, plain = found.get(_SQLITE), found.get(_PLAIN_BOOKS)
    nothing = found.get(_PLAIN)
    if ours is None:
        return
    worth = _worth(ours)
    print(f"  goal: at least {GOAL:,} booked messages a CPU second: {_verdict(worth >= GOAL)}")
    if (counted := found.get(_COUNTED)) is not None:
        print(f"  what is counted for metrics takes {1 - _worth(counted) / worth:.1%} of that")
    for step, what in ((plain, "that commits each message"), (nothing, "that keeps nothing")):
        if step is not None:
            ratio = worth / _worth(step)
            goal = f" (goal: at least {GOAL_RATIO:.0f}: {_verdict(ratio >= GOAL_RATIO)})"
            print(f"  SQLite over mosquitto against the plain one {what}: {ratio:.1f} times{goal}")


def _verdict(held: bool) -> str:
    return "held" if held else "NOT MET"


def _worth(step: Step) -> float:
    return step.answered / step.cpu_s


def _good(step: Step) -> bool:
    return step.percentile(0.99) <= LONGEST_MS and step.rate >= SHARE * step.offered


def _print(title: str, step: Step) -> None:
    cpu = 100 * step.cpu_s / step.seconds
    print(
        f"  {title:44}{step.rate:>10,.0f}{step.percentile(0.5):>9.1f}{step.percentile(0.99):>9.1f}"
        f"{cpu:>7.0f}{_worth(step):>11,.0f}{'' if _good(step) else '  (too slow)'}",
        flush=True,
    )


def measured(transport: Transport, central: Central) -> Step:
    """The last step that was good enough, or the first."""
    return asyncio.run(_raise(transport, central))


async def _raise(transport: Transport, central: Central) -> Step:
    chargers = Chargers(transport, CHARGERS, central.cpu_s)
    seconds = float(os.environ.get("CHARGERCTL_BENCH_SECONDS", "5"))
    best = None
    try:
        await chargers.boot()
        for rate in RATES:
            for _ in range(2):
                step = await chargers.step(rate, seconds)
                if os.environ.get("CHARGERCTL_BENCH_STEPS"):
                    _print(f"    offered {rate}", step)
                if _good(step):
                    break
            if best is None or _good(step):
                best = step
            if not _good(step):
                break
    finally:
        await chargers.close()
    assert best is not None
    return best


class _LeftOutError(Exception):
    pass


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def _central(command: Sequence[str], home: Path, ready: str) -> Iterator[Central]:
    central = Central(command, home, ready)
    try:
        yield central
    finally:
        central.close()


def _over_mosquitto(stack: ExitStack, home: Path, database: str, *options: str) -> Step:
    if shutil.which("mosquitto") is None:
        raise _LeftOutError("mosquitto is not installed")
    from tests.mosquitto import Mosquitto

    broker = Mosquitto(home, "allow_anonymous true", "max_queued_messages 0", "set_tcp_nodelay true")
    stack.callback(broker.stop)
    serve = ["central", "serve", "--broker", f"127.0.0.1:{broker.port}", "--database", database, *options]
    central = stack.enter_context(_central([*CHARGERCTL, *serve], home, "MQTT chargers come"))
    return measured(OverMqtt(broker.port), central)


def _sqlite(stack: ExitStack, home: Path) -> Step:
    return _over_mosquitto(stack, home, str(home / "books.sqlite"))


def _counted(stack: ExitStack, home: Path) -> Step:
    return _over_mosquitto(stack, home, str(home / "books.sqlite"), "--http", "127.0.0.1:0")


def _postgresql(stack: ExitStack, home: Path) -> Step:
    import pytest

    from tests.postgres import Postgres

    try:
        server = Postgres(fsync=True)
    except pytest.skip.Exception as error:
        raise _LeftOutError(str(error)) from None
    stack.callback(server.close)
    return _over_mosquitto(stack, home, server.database())


def _ocppj(stack: ExitStack, home: Path) -> Step:
    port = _free_port()
    serve = ["central", "serve", "--listen", "none", "--ocpp", f"127.0.0.1:{port}"]
    command = [*CHARGERCTL, *serve, "--database", str(home / "books.sqlite")]
    central = stack.enter_context(_central(command, home, "OCPP-J chargers connect"))
    return measured(OverWebSocket(port), central)


def _plain(stack: ExitStack, home: Path, *file: str) -> Step:
    port = _free_port()
    command = [sys.executable, "-m", "bench._plain_central", str(port), *file]
    return measured(OverWebSocket(port), stack.enter_context(_central(command, home, "listening")))


def _plain_books(stack: ExitStack, home: Path) -> Step:
    return _plain(stack, home, str(home / "plain.sqlite"))


_SQLITE = "central serve, mosquitto, SQLite"
_COUNTED = "the same, counted for metrics (--http)"
_PLAIN, _PLAIN_BOOKS = "plain style, nothing kept", "plain style, SQLite, a commit a message"
_RUNS = {
    _SQLITE: _sqlite,
    _COUNTED: _counted,
    "central serve, mosquitto, PostgreSQL": _postgresql,
    "central serve, OCPP-J, SQLite": _ocppj,
    _PLAIN: _plain,
    _PLAIN_BOOKS: _plain_books,
}
