# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes host_tool/chargerctl/deploy/bytecode/flash_names.txt: the identifiers that CircuitPython has in a board's flash.

    python -m lint.flash_names CIRCUITPYTHON STUBS-9.2 STUBS-10

CIRCUITPYTHON: a git clone of its sources. STUBS-…: folders that circuitpython-stubs of these versions is unpacked in.
An identifier of a built-in module is written MP_QSTR_name in CircuitPython's C sources, and is in flash where that
module is built. Only names are taken from there, no code.
"""

from __future__ import annotations

import ast
import asyncio
import collections
import math
import re
import select
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

# Built for every board of the catalogue that has no PSRAM (the others are deployed to as source), from 9.2 to 10.3:
# py/circuitpy_mpconfig.mk, the ports' mpconfigport.mk and the boards' mpconfigboard.mk.
_MODULES_TEXT = """
    _bleio _eve _pixelmap adafruit_bus_device adafruit_pixelbuf aesio analogbufio analogio atexit bitbangio bitmapfilter
    bitmaptools board busdisplay busio codeop countio digitalio displayio epaperdisplay fontio fourwire framebufferio
    getpass gifio hashlib i2cdisplaybus ipaddress jpegio keypad locale math mdns microcontroller msgpack neopixel_write
    nvm onewireio os pulseio pwmio rainbowio random rotaryio rtc sdcardio sharpdisplay socketpool ssl storage struct
    supervisor terminalio time touchio traceback vectorio warnings watchdog wifi zlib
"""
_MODULES = _MODULES_TEXT.split()
_EVERYTHING = (
    "py", "shared-bindings", "shared-module", "extmod", "shared", "supervisor", "ports/espressif/bindings",
    "ports/espressif/common-hal", "ports/raspberrypi/bindings", "ports/raspberrypi/common-hal",
)  # fmt: skip
_CORE_TYPES = (
    str, bytes, bytearray, list, dict, set, frozenset, int, complex, memoryview, property, collections.deque,
    collections.OrderedDict, math, select, asyncio.Task,
)  # fmt: skip

_HEAD = """\
# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
#
# Identifiers that CircuitPython has in flash, made by `python -m lint.flash_names`, which says how.
# First those that every supported board without PSRAM has, then, behind --, those that some board may have.
"""


def main(sources: Path, *stubs: Path) -> str:
    """The text of the file."""
    in_modules = _names_in_c(sources, *(f"shared-bindings/{name}/*.c" for name in _MODULES))
    documented = set.intersection(*(names_in_stubs(folder, _MODULES) for folder in stubs))
    # Never among a module's own: of the language, and what stubs of modules that CPython has, too, leave out.
    core = {name for kind in _CORE_TYPES for name in dir(kind)} & _names_in_c(sources, "py/*.c", "extmod/*.c")
    everywhere = [*sorted(in_modules & documented), *sorted(core - documented)]
    # Not documented in both, but in a module that is: one that is missing on a board costs what ours would have cost.
    everywhere += sorted(in_modules - set(everywhere))
    # Built for them, too, but its sources are a repository of its own: of these only the documentation is known.
    ulab = set.intersection(*(names_in_stubs(folder, ["ulab"]) for folder in stubs))
    everywhere += sorted(ulab - set(everywhere))
    # Those with a meaning of their own are nothing to choose from.
    everywhere = [name for name in everywhere if not name.startswith("_")]
    somewhere = _names_in_c(sources, *_EVERYTHING) - set(everywhere)
    return "".join((_HEAD, _wrapped(everywhere), "--\n", _wrapped(sorted(somewhere))))


def _names_in_c(sources: Path, *paths: str) -> set[str]:
    command = ["git", "-C", str(sources), "grep", "-ohE", "MP_QSTR_[A-Za-z0-9_]+", "HEAD", "--", *paths]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    names = {each.removeprefix("MP_QSTR_") for each in found}
    # _lt_module_gt_ stands for <module>.
    return {
        name for name in names if name.isidentifier() and not re.match("_(lt|dot|slash|brace|percent)_", name)
    }


def names_in_stubs(folder: Path, modules: Iterable[str]) -> set[str]:
    """What circuitpython-stubs, in this folder, define in these modules."""
    names: set[str] = set()
    for module in modules:
        for file in (folder / f"{module}-stubs").rglob("*.pyi"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef | ast.FunctionDef):
                    names.add(node.name)
                elif isinstance(node, ast.arg):
                    names.add(node.arg)
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    names.add(node.target.id)
    return names


def _wrapped(names: list[str]) -> str:
    return textwrap.fill(" ".join(names), 118, break_long_words=False, break_on_hyphens=False) + "\n"


if __name__ == "__main__":
    print(main(*map(Path, sys.argv[1:])), end="")
