# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The simulators: what is installed of each, and the command line that runs so many chargers of it.

A simulator of one's own is one more entry. Where it needs a folder, `{folder}` is its own, `{url}` the central system's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench._processes import CHARGERCTL
from tests.mosquitto import free_port

_DRIVERS = Path(__file__).parent / "drivers"


@dataclass(frozen=True)
class Order:
    """What to run. url: where the central system listens. folder: where the simulator is installed. hours: each charger has
    a session an hour by itself, if it can. car: a car is plugged in, where somebody must. meter_s: between meter values."""

    url: str
    folder: Path
    count: int = 1
    hours: bool = False
    car: bool = True
    meter_s: int = 60
    # Of this run alone.
    scratch: Path = Path()


@dataclass(frozen=True)
class Command:
    """stdin: a file. terminal: it wants one."""

    line: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: Path | None = None
    # Its CPU time is not the charger's.
    helps: bool = False


@dataclass(frozen=True)
class Simulator:
    """packages: for npm or pip, pinned. kind: what it is. sessions: how a session begins, `itself`, `remote` or `none`.
    loads: chargers of the load run, 0 for none. questions: of the probe, None for all."""

    name: str
    registry: str
    packages: tuple[str, ...]
    kind: str
    commands: Callable[[Order], list[Command]]
    sessions: str = "none"
    loads: int = 0
    questions: tuple[str, ...] | None = None
    boots: bool = True
    # Until a new process is connected.
    patience_s: float = 30.0
    # Questions at the same time: a process that computes much would wait for others of it.
    at_once: int = 10


def _node(order: Order, driver: str, *arguments: str) -> list[Command]:
    line = ("node", str(_DRIVERS / driver), order.url, str(order.count), *arguments)
    return [Command(line, {"NODE_PATH": str(order.folder / "node_modules")})]


def _charger_simulator(order: Order) -> list[Command]:
    return _node(order, "charger_simulator.cjs", str(order.meter_s))


def _em(order: Order) -> list[Command]:
    main = order.folder / "node_modules/em-ocpp-chargepoint-simulator/build/src/main.js"
    variables = {
        "URL": order.url,
        "COUNT": str(order.count),
        "HOURS": str(int(order.hours)),
        "METER_SECONDS": str(order.meter_s),
    }
    script = _DRIVERS / "em_ocpp_chargepoint_simulator.js"
    return [Command(("node", str(main), "--stdin"), variables, stdin=script)]


def _ws_cli(order: Order) -> list[Command]:
    """One process for each charger: its command has one."""
    program = ("node", str(order.folder / "node_modules/ocpp-ws-cli/dist/index.js"), "simulate")
    fixed = (
        "-e",
        order.url,
        "-t",
        "TAG",
        "-p",
        "ocpp1.6",
        "--report",
        "json",
        "--report-dir",
        str(order.scratch),
    )
    return [Command((*program, *fixed, "-i", f"charger-{number}")) for number in range(order.count)]


def _ws_cli_load(order: Order) -> list[Command]:
    program = ("node", str(order.folder / "node_modules/ocpp-ws-cli/dist/index.js"), "load-test")
    fixed = ("-e", order.url, "-r", "10", "--report", "json", "--report-dir", str(order.scratch))
    return [Command((*program, *fixed, "-c", str(order.count)))]


def _evsetool(order: Order) -> list[Command]:
    configuration = order.scratch / "evsetool.yaml"
    configuration.write_text(f"url: {order.url}\nid_tag: TAG\nlocal_ocpp_port: 9\n")
    line = (str(order.folder / "bin/python"), "-m", "evsetool", "--csms", "-f", str(configuration))
    return [Command((*line, "--url", order.url, "--name", "charger-0"))]


def _ocpp(order: Order) -> list[Command]:
    line = (str(order.folder / "bin/python"), str(_DRIVERS / "ocpp_library.py"), order.url, str(order.count))
    return [Command((*line, str(int(order.hours))))]


def _ocpp_rpc(order: Order) -> list[Command]:
    return _node(order, "ocpp_rpc.cjs", str(int(order.hours)))


def _ocpp_ts(order: Order) -> list[Command]:
    return _node(order, "ocpp_ts.cjs")


_ENVIRONMENT = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _board(order: Order) -> list[Command]:
    """The firmware on the virtual board, joined by the bridge."""
    port = free_port()
    lines = ["meter 7.2", "wait 1"] + (["plug"] if order.car else []) + ["wait 36000"]
    script = order.scratch / "board.script"
    script.write_text("\n".join(lines) + "\n")
    broker = f"127.0.0.1:{port}"
    bridge = Command((*CHARGERCTL, "bridge", "--to", order.url, "--listen", broker), _ENVIRONMENT, helps=True)
    boards = []
    for number in range(order.count):
        options = ("--broker", broker, "--central", "none", "--set", f"charger.serial=charger-{number}")
        boards.append(Command((*CHARGERCTL, "simulate", "--script", str(script), *options), _ENVIRONMENT))
    return [bridge, *boards]


def _fleet(order: Order) -> list[Command]:
    options = ("--to", order.url, "--arrivals", "1/h" if order.hours else "0/h", "--duration", "1h")
    return [Command((*CHARGERCTL, "fleet", str(order.count), *options), _ENVIRONMENT)]


OURS = "here"
SIMULATORS = (
    Simulator(
        "charger-simulator 1.0.1",
        "npm",
        # With the newest that it allows it does not start: createRpcClient has other arguments since.
        ("charger-simulator@1.0.1", "@push-rpc/core@1.2.9"),
        "simulator",
        _charger_simulator,
        sessions="remote",
        loads=1000,
        boots=False,
    ),
    Simulator(
        "em-ocpp-chargepoint-simulator 0.0.4",
        "npm",
        ("em-ocpp-chargepoint-simulator@0.0.4",),
        "simulator, by scripts of one's own",
        _em,
        sessions="itself",
        loads=1000,
    ),
    Simulator(
        "ocpp-ws-cli 1.1.12 simulate",
        "npm",
        ("ocpp-ws-cli@1.1.12",),
        "simulator, one charger a process",
        _ws_cli,
        sessions="remote",
        loads=20,
    ),
    Simulator(
        "ocpp-ws-cli 1.1.12 load-test",
        "npm",
        ("ocpp-ws-cli@1.1.12",),
        "load generator: boot and heartbeats",
        _ws_cli_load,
        loads=1000,
        questions=("calls",),
    ),
    Simulator(
        "evsetool 0.1.5",
        "PyPI",
        ("evsetool==0.1.5",),
        "sends one fixed sequence and ends",
        _evsetool,
        questions=("boot",),
    ),
    Simulator(
        "ocpp 2.1.0",
        "PyPI",
        ("ocpp==2.1.0", "websockets==15.0.1"),
        "library, with its example",
        _ocpp,
        sessions="itself",
        loads=1000,
    ),
    Simulator(
        "ocpp-rpc 2.2.1",
        "npm",
        ("ocpp-rpc@2.2.1",),
        "library, with its example",
        _ocpp_rpc,
        sessions="itself",
        loads=1000,
    ),
    Simulator("ocpp-ts 0.3.0", "npm", ("ocpp-ts@0.3.0",), "library, with its example", _ocpp_ts, loads=1000),
    Simulator(
        "chargerctl simulate",
        OURS,
        (),
        "the firmware on the virtual board, with the bridge",
        _board,
        sessions="remote",
        loads=4,
        patience_s=120,
        at_once=3,
    ),
    Simulator(
        "chargerctl fleet",
        OURS,
        (),
        "the firmware's charger, without a board",
        _fleet,
        sessions="itself",
        loads=1000,
        patience_s=60,
    ),
)
