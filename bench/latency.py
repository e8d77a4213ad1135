# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How soon the charger does what matters: in modelled time, at the documented costs and at twice those; and what an
idle pass of its loop takes on this computer, by task."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

from chargerctl.settings import effective_for_simulation
from chargerctl.simulator.chaos.scene import Scene
from chargerctl.simulator.chaos.soak import Drives, soak
from chargerctl.simulator.chaos.tally import Tally
from chargerctl.simulator.machine.costs import Costs

from tests.whole.gate.charger import PICO, STALLS, Charger, unplug_in_the_middle

BOARD = "seeed_xiao_esp32c6"
EPISODES = int(os.environ.get("BENCH_EPISODES", "200"))
CHARGES = 20
IDLE_S = 20.0
# The charger has started, all of it from source.
STARTED_S = 20.0
LOCK_SETTLE_MS = 200


def main() -> None:
    for factor in (1, 2):
        costs = Costs().scaled(factor) if factor > 1 else Costs()
        print(f"Modelled time, at {factor} x the cost:")
        for text, worst_ms, limit in _healthy(costs):
            print(f"  {text:52} worst {worst_ms:8.1f} ms   {_against(worst_ms, limit)}")
        tally = Tally()
        for verdict in soak(range(EPISODES), costs=costs):
            tally.add(verdict)
        print(f"  why it had to -> relay open, over {tally.episodes} episodes of chaos, by what blocked:")
        for kind, (ms, bound_ms, seed) in sorted(tally.worst.items()):
            print(f"    {kind:50} worst {ms:8.1f} ms   {_against(ms, bound_ms)}, seed {seed}")
        print(f"  violations: {len(tally.violations)}")
        for seed, text in tally.violations:
            print(f"    seed {seed}: {text}")
        print()
    print("Unplug -> relay's pin on a Pico W, while its program blocks, modelled:")
    for name, how in STALLS.items():
        print(f"  {name:52} {_gated(how) * 1e6:8.0f} us   limit 100 us")
    without = "a task that sleeps for 5 s, relay_gate = none"
    print(f"  {without:52} {_gated(5, 'hardware.relay_gate=none') * 1e6:8.0f} us")
    print()
    print("The costs:")
    for name, value, unit, text in Costs().table():
        print(f"  {name:16} {value:>9} {unit}: {text}")
    print()
    _idle_pass()


def _gated(how: Any, *settings: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        charger = Charger(Path(folder) / "drive", PICO, [f"hardware.board={PICO}", *settings])
        seconds, _ = unplug_in_the_middle(charger.charge(), how)
        charger.board.power(False)
    return seconds


def _against(ms: float, limit_ms: float) -> str:
    """The limits are those of the single cost, whatever is modelled."""
    if ms > limit_ms:
        return f"over the limit of {limit_ms:.0f} ms by {ms - limit_ms:.1f} ms"
    return f"limit {limit_ms:.0f} ms"


def _scene(drives: Drives, costs: Costs) -> Scene:
    settings = effective_for_simulation(
        None, {}, ["safety.min_off_seconds=0", "safety.max_cycles_per_hour=60"]
    )
    drive = drives.of(BOARD)
    (drive / "settings.toml").write_text(settings.render(), encoding="utf-8")
    scene = Scene(drive, BOARD, settings.values, costs, seed=1)
    scene.board.settle_boot_out()
    return scene


def _healthy(costs: Costs) -> list[tuple[str, float, float]]:
    """Charges at random moments, with nothing wrong."""
    random = Random(1)
    times: dict[str, list[float]] = defaultdict(list)
    marks: dict[str, float] = {}

    def listen(event: dict[str, Any]) -> None:
        now = event["t"]
        match event:
            case {"kind": "frame", "dir": "out", "frame": [2, call_id, action, _]}:
                marks[action] = now
                marks[call_id] = 1.0 if action == "Authorize" else 0.0
                if action == "Authorize":
                    times["card"].append(now - marks["card"])
                elif action == "BootNotification":
                    times["boot"].append(now)
            case {"kind": "frame", "dir": "in", "frame": [3, call_id, _]} if marks.get(call_id):
                marks["conf"] = now
            case {"kind": "card", "uid": str()}:
                marks["card"] = now
            case {"kind": "cable", "plugged": False}:
                marks["unplug"] = now
            case {"kind": "relay", "closed": True}:
                times["conf"].append(now - marks["conf"])
            case {"kind": "relay", "closed": False} if "unplug" in marks:
                times["unplug"].append(now - marks["unplug"])

    with tempfile.TemporaryDirectory() as folder:
        scene = _scene(Drives(Path(folder)), costs)
        scene.events.listen(listen)
        scene.board.power(True)
        scene.board.run_for(STARTED_S * max(1, costs.import_file // Costs().import_file))
        for _ in range(CHARGES):
            scene.world.plug()
            scene.board.run_for(2 + random.random())
            scene.world.swipe("04A2B3C4")
            scene.board.run_for(2 + random.random())
            scene.later(random.random(), scene.world.unplug)
            scene.board.run_for(3)
        scene.board.power(False)
    assert len(times["conf"]) == CHARGES, "not every charge began"
    rows = (
        # A second each for safe mode and Bluetooth, some eight to compile what a bundle and .mpy would load in three.
        ("power-on -> BootNotification out, from source", "boot", 12_000.0),
        ("card on the reader -> Authorize out", "card", 200.0),
        ("Authorize.conf -> relay closed, lock settling", "conf", 50.0 + LOCK_SETTLE_MS),
        ("unplug -> relay open, nothing wrong", "unplug", 50.0),
    )
    return [(text, max(times[name]) * 1000, limit) for text, name, limit in rows]


def _idle_pass() -> None:
    """What the virtual board's program does in a pass when nothing happens, by the wall clock."""
    spent: dict[str, float] = defaultdict(float)
    passes = 0
    with tempfile.TemporaryDirectory() as folder:
        scene = _scene(Drives(Path(folder)), Costs())
        board = scene.board
        board.power(True)
        board.run_for(STARTED_S)
        vm = board.vm
        assert vm is not None
        module: ModuleType = vm.modules["charger.loop"]
        loop_class: Any = module.__dict__["Loop"]
        plain = loop_class._run

        def timed(loop: Any, task: Any) -> None:
            nonlocal passes
            passes += task.name == "interlock"
            started = time.perf_counter()
            plain(loop, task)
            spent[task.name] += time.perf_counter() - started

        loop_class._run = timed
        board.run_for(IDLE_S)
        loop_class._run = plain
        without: list[float] = []
        for _ in range(5):
            started, before = time.perf_counter(), board.clock.now_us
            board.run_for(IDLE_S)
            without.append((time.perf_counter() - started) / ((board.clock.now_us - before) / 1e6))
        board.power(False)
    total = sum(spent.values())
    print(
        f"Idle pass on CPython, the virtual board's own work included: {total / passes * 1e6:.0f} us in tasks"
    )
    print(
        f"({passes / IDLE_S:.0f} passes a board-second, {1 / statistics.median(without):.0f} board-seconds a second)"
    )
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"  {name:16} {seconds / passes * 1e6:8.1f} us  {seconds / total:5.0%}")
