# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Loads the firmware's package into a table of modules of its own.

The sources are those that would be deployed. They find each other and Adafruit's libraries in that table, and what only a
board has, in what is given here; everything else is this Python's. Nothing is put into sys.modules, so that a fleet, the
virtual board and tests can each have theirs.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from chargerctl.firmware_files import firmware_dir

_OURS = "charger"
_LIBRARIES = "adafruit_"


class Modules:
    """given: name -> what the firmware's import of that name gets, such as "micropython"."""

    def __init__(self, given: Mapping[str, object]) -> None:
        self._given = dict(given)
        self._table: dict[str, Any] = {}
        # net/minimqtt.py puts a module in the place of another while it loads MiniMQTT.
        own_sys = SimpleNamespace(
            modules=self._table, implementation=sys.implementation, platform=sys.platform, version=sys.version
        )
        self._given.setdefault("sys", own_sys)
        self._builtins = {**vars(builtins), "__import__": self._import}

    def load(self, name: str) -> Any:
        """The module, such as "charger.core". ImportError."""
        return self._import(name, fromlist=("*",))

    def _import(
        self,
        name: str,
        scope: Mapping[str, Any] | None = None,
        _locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """The firmware's `__import__`."""
        if level:
            package = (scope or {})["__package__"]
            name = importlib.util.resolve_name("." * level + name, package)
        if name in self._given:
            return self._given[name]
        if not (name in self._table or name.startswith((_OURS + ".", _LIBRARIES)) or name == _OURS):
            return importlib.__import__(name, None, None, fromlist or (), 0)
        parts = name.split(".")
        for depth in range(1, len(parts) + 1):
            found = self._one(".".join(parts[:depth]))
        if not fromlist:
            return self._table[parts[0]]
        for item in fromlist:
            if item != "*" and not hasattr(found, item) and hasattr(found, "__path__"):
                self._one(f"{name}.{item}")
        return found

    def _one(self, name: str) -> Any:
        if name in self._table:
            return self._table[name]
        outer, _, inner = name.rpartition(".")
        folder = Path(self._table[outer].__path__[0]) if outer else _folder(name)
        package, file = folder / inner / "__init__.py", folder / f"{inner}.py"
        source = package if package.is_file() else file
        if not source.is_file():
            raise ImportError(f"the firmware has no module {name}")
        module = ModuleType(name)
        module.__dict__.update(__builtins__=self._builtins, __file__=str(source), __package__=outer or name)
        if source is package:
            module.__dict__.update(__path__=[str(package.parent)], __package__=name)
        self._table[name] = module
        try:
            exec(compile(source.read_bytes(), str(source), "exec", dont_inherit=True), module.__dict__)
        except BaseException:
            del self._table[name]
            raise
        if outer:
            setattr(self._table[outer], inner, module)
        return module


def _folder(name: str) -> Path:
    """The folder that has this top-level module or package."""
    if name == _OURS:
        return firmware_dir()
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ImportError(f"{name} is not installed, which the firmware needs")
    origin = Path(found.origin)
    return origin.parent.parent if origin.name == "__init__.py" else origin.parent
