# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Puts firmware, libraries and stand-ins for the board's own modules on the VM."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import keyword
from functools import cache
from pathlib import Path

from chargerctl.deploy.bytecode.compiler import Compiled, compile_image, mpy_path
from chargerctl.deploy.bytecode.names import flash_names
from chargerctl.deploy.bytecode.renaming import renamed
from chargerctl.deploy.image import firmware_image
from chargerctl.deploy.libraries.requirements import belongs_on_board
from chargerctl.deploy.libraries.wheels import wheel_libraries

from lint.circuitpython import BOARD
from lint.flash_names import names_in_stubs
from tests.whole.vm.depth import counting
from tests.whole.vm.machine import Machine

ROOT = Path(__file__).resolve().parents[3]
CHARGER = ROOT / "firmware" / "charger"
LIBRARIES = (
    "adafruit_ticks",
    "adafruit_connection_manager",
    "adafruit_minimqtt",
    "adafruit_ntp",
    "adafruit_displayio_ssd1306",
)


@cache
def deployed(own_names: bool = False) -> Compiled:
    """What a deploy writes: the very .mpy files."""
    return compile_image(firmware_image() | wheel_libraries(), own_names=own_names)


def compiled(path: str, source: str) -> bytes:
    """The .mpy of a program that no deploy writes."""
    return next(iter(compile_image({f"lib/{path}": source.encode()}, own_names=True).image.values()))


def on_board(source: str, own_names: bool) -> str:
    """A program that uses the charger's names, with those that they have on the board."""
    return renamed(source, {} if own_names else deployed().names)


@cache
def counting_mpy(source: Path, path: str) -> bytes:
    """The .mpy of a file, for its place on the drive, that counts what its calls take of the pystack."""
    return compiled(source.name, counting(source, path))


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
    stubs = Path(str(importlib.metadata.distribution("circuitpython-stubs").locate_file("")))
    names = names_in_stubs(stubs, BOARD - {"board"}).union(flash_names()[0])
    return sorted(name for name in names if not keyword.iskeyword(name))


def put_mpy(machine: Machine, path: str, content: bytes) -> None:
    """Only the header's first letter is not this VM's."""
    machine.write(path, b"M" + content[1:])


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


def _load_deployed(machine: Machine, charger_mpy: bool, libraries_mpy: bool, own_names: bool) -> None:
    for path, content in deployed(own_names).image.items():
        if path.endswith(".mpy") and (charger_mpy if path.startswith("charger/") else libraries_mpy):
            put_mpy(machine, f"/{path}", content)
    if not charger_mpy:
        for path in sorted(CHARGER.rglob("*.py")):
            machine.write(f"/charger/{path.relative_to(CHARGER)}", without_docstrings(path).encode())
    for name in LIBRARIES:
        for path, source in library_files(name).items():
            if not libraries_mpy:
                machine.write(f"/lib/{path}", without_docstrings(source).encode())
            elif not belongs_on_board(name):  # built into CircuitPython, not into this VM
                put_mpy(machine, mpy_path(f"/lib/{path}"), compiled(path, source.read_text(encoding="utf-8")))


def load(
    machine: Machine,
    charger_mpy: bool,
    libraries_mpy: bool = True,
    counted: bool = False,
    own_names: bool = False,
) -> None:
    """Everything a board has; nothing is imported yet but the stand-ins for what CircuitPython builds in.

    `counted`: all of it counts its pystack (fake_pystack.py), for which it has to be .mpy, with its own names.
    own_names: compiled with the names that the sources have.
    """
    libraries = {path: source for name in LIBRARIES for path, source in library_files(name).items()}
    if counted:
        files = {path.relative_to(CHARGER.parent).as_posix(): path for path in sorted(CHARGER.rglob("*.py"))}
        for folder, group in (("", files), ("lib/", libraries)):
            for path, source in group.items():
                put_mpy(machine, mpy_path(f"/{folder}{path}"), counting_mpy(source, path))
    else:
        _load_deployed(machine, charger_mpy, libraries_mpy, own_names)
    # Their entry in the table of names is none of ours.
    machine.run("lambda x: (" + ", ".join(f"x.{name}" for name in rom_names()) + ")")
    for name in ("fake_board.py", "fake_hardware.py", "fake_network.py", "fake_pystack.py"):
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        if name == "fake_hardware.py":
            text = on_board(text, own_names or counted or not charger_mpy)
        put_mpy(machine, f"/{mpy_path(name)}", compiled(name, text))
    for name in ("code.py", "hold.py"):
        program = CHARGER.parent / name
        text = program.read_text(encoding="utf-8")
        machine.write(f"/{name}", (counting(program, name) if counted else text).encode())
    machine.run("from fake_board import Passed, world\nfrom fake_network import peer")
    if counted:
        machine.run("from fake_pystack import pystack")
