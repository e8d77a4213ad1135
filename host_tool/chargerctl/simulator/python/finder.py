# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Where an import finds its module: built in, or on the drive, in CircuitPython's order."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from chargerctl.simulator.machine.hardware import Hardware
from chargerctl.simulator.python.bytecode import text_of_mpy
from chargerctl.simulator.python.subsets import subset
from chargerctl.transport.beneath import is_link

_MODULES = "chargerctl.simulator.python.modules"
# Libraries that are compiled into CircuitPython; here their Python editions run, from the laptop's packages.
_COMPILED_IN = ("adafruit_bus_device",)
_FROZEN = ".frozen"


@cache
def _exists(name: str) -> bool:
    return name.isidentifier() and importlib.util.find_spec(f"{_MODULES}.{name}") is not None


@cache
def _frozen_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    assert spec is not None, f"{name} is among chargerctl's dependencies"
    locations = spec.submodule_search_locations
    assert locations
    return Path(locations[0])


@dataclass(frozen=True)
class Found:
    """`file`: the board's path of what is executed, None for a folder without __init__; `package`: its folder."""

    file: str | None
    package: str | None
    host: Path | None

    @property
    def size(self) -> int:
        """Of the file on the drive, in bytes."""
        assert self.host is not None
        return self.host.stat().st_size

    def program(self) -> tuple[bytes, str]:
        """Its text, and the name that tracebacks have for it. Raises what a board raises for a file it cannot load."""
        assert self.host is not None
        assert self.file is not None
        content = self.host.read_bytes()
        return text_of_mpy(content, self.file) if self.host.suffix == ".mpy" else (content, self.file)


class Finder:
    """Looks things up anew each time: the drive may have changed."""

    def __init__(self, board: Hardware) -> None:
        self._board = board

    def built_in(self, name: str) -> ModuleType | None:
        """The module of that name that this board's CircuitPython has built in."""
        if not _exists(name):
            return subset(self._board, name)
        module = importlib.import_module(f"{_MODULES}.{name}").make(self._board)
        assert module is None or isinstance(module, ModuleType)
        return module

    def find(self, path: Sequence[str], name: str) -> Found | None:
        """A top-level module. A package comes before a .py, that before a .mpy; the first entry of `path` wins."""
        if name in _COMPILED_IN:
            return self.look(f"{_FROZEN}/{name}")
        for entry in path:
            prefix = "" if entry == "" else entry.rstrip("/") + "/"
            found = self.look(prefix + name)
            if found is not None:
                return found
        return None

    def look(self, stem: str) -> Found | None:
        """The module at this path of the board, without its suffix."""
        host = self._host(stem)
        if host is None:
            return None
        for suffix in (".py", ".mpy"):
            init = host / f"__init__{suffix}"
            if self._is_file(init):
                return Found(f"{stem}/__init__{suffix}", stem, init)
        for suffix in (".py", ".mpy"):
            file = host.with_name(host.name + suffix)
            if self._is_file(file):
                return Found(stem + suffix, None, file)
        return Found(None, stem, None) if host.is_dir() else None

    def _host(self, stem: str) -> Path | None:
        if stem.startswith(_FROZEN + "/"):
            name, *rest = stem.removeprefix(_FROZEN + "/").split("/")
            return _frozen_folder(name).joinpath(*rest) if name in _COMPILED_IN else None
        try:
            return self._board.drive.host_path(stem)
        except OSError:  # behind a link
            return None

    def _is_file(self, host: Path) -> bool:
        """Whether the board has this file: a drive has no links. The laptop's own packages may be some."""
        return host.is_file() and not (host.is_relative_to(self._board.drive.root) and is_link(host))
