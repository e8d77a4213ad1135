# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Simulators of charge points that npm and PyPI have, beside ours: what of OCPP 1.6 each really does, and how many chargers
a core carries. docs/simulators.md has what it printed, and says how to read it.

Only by name: it installs them from the registries into a temporary folder, and takes half an hour.

CHARGERCTL_BENCH_ONLY: parts of names, with commas. CHARGERCTL_BENCH_PARTS: `probe`, `load`, or both with a comma, the
default. CHARGERCTL_BENCH_SECONDS: how long each load is measured, 60. CHARGERCTL_BENCH_FRAMES: a folder for every frame.
"""

from __future__ import annotations

import asyncio
import os
import platform
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench._processes import CHARGERCTL, warn_if_busy
from bench._simulators import load, probe, report
from bench._simulators.installing import NotInstalledError, install
from bench._simulators.table import OURS, SIMULATORS, Simulator

ONLY_BY_NAME = True
# Questions asked at the same time; most of them wait.
_AT_ONCE = 10


def main() -> None:
    warn_if_busy()
    parts = os.environ.get("CHARGERCTL_BENCH_PARTS", "probe,load").split(",")
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_machine()}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        frames = Path(os.environ.get("CHARGERCTL_BENCH_FRAMES") or folder / "frames")
        frames.mkdir(parents=True, exist_ok=True)
        places = _install(folder)
        what = report.table(
            ("", "from", "what it is"), [(each.name, each.registry, each.kind) for each, _ in places]
        )
        print(f"\n{what}", flush=True)
        if "probe" in parts:
            found = asyncio.run(_probe(places, frames))
            print(f"\n{report.calls(found)}\n\n{report.behaviour(found)}", flush=True)
        if "load" in parts:
            loads = {each.name: _load(each, place, frames) for each, place in places if each.loads}
            print(f"\n{report.loads(loads)}", flush=True)


def chosen(wanted: str, simulators: Sequence[Simulator] = SIMULATORS) -> list[Simulator]:
    """Those whose name has one of the parts in it; all for an empty text."""
    parts = [part.strip() for part in wanted.split(",") if part.strip()]
    return [each for each in simulators if not parts or any(part in each.name for part in parts)]


def _install(below: Path) -> list[tuple[Simulator, Path]]:
    places = []
    for simulator in chosen(os.environ.get("CHARGERCTL_BENCH_ONLY", "")):
        try:
            if simulator.registry == OURS:
                _there(simulator)
            places.append((simulator, install(simulator, below)))
        except NotInstalledError as error:
            print(f"{simulator.name}: left out: {error}")
    return places


def _there(simulator: Simulator) -> None:
    name = simulator.name.split()[1]
    asked = subprocess.run([*CHARGERCTL, name, "--help"], capture_output=True, check=False)
    if asked.returncode:
        raise NotInstalledError(f"this chargerctl has no command {name}")


async def _probe(places: Sequence[tuple[Simulator, Path]], frames: Path) -> dict[str, dict[str, str]]:
    gate = asyncio.Semaphore(_AT_ONCE)
    gates = {each.name: asyncio.Semaphore(each.at_once) for each, _ in places}

    async def one(simulator: Simulator, place: Path, name: str) -> dict[str, str]:
        async with gates[simulator.name], gate:
            return await probe.ask(simulator, place, name, frames)

    asked = [
        (each, place, name)
        for each, place in places
        for name in (probe.PLANS if each.questions is None else each.questions)
    ]
    answers = await asyncio.gather(*(one(*each) for each in asked))
    found: dict[str, dict[str, str]] = {}
    for (simulator, _, _), answer in zip(asked, answers, strict=True):
        found.setdefault(simulator.name, {}).update(answer)
    return found


def _load(simulator: Simulator, place: Path, frames: Path) -> load.Load | str:
    seconds = float(os.environ.get("CHARGERCTL_BENCH_SECONDS", "60"))
    try:
        return asyncio.run(load.measure(simulator, place, frames / "load.log", seconds))
    except RuntimeError as error:
        return str(error)


def _machine() -> str:
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return f"{cpu}, {os.cpu_count()} cores, Python {platform.python_version()}, Node {node or 'none'}"
