# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Blinka's displayio, loaded behind a fence: its own modules, none of which ever enters the laptop's sys.modules.

What it asks of the board (digitalio, busio, microcontroller) comes from the running VM, its time from the board's
clock, and its refresh thread never starts. What it needs of the laptop is Python's own library.
"""

from __future__ import annotations

import builtins
import importlib.util
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.machinery import PathFinder
from types import CodeType, ModuleType
from typing import Any

from chargerctl.simulator.display.displayio_fill import fast_fill
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module

# Loaded from adafruit-blinka-displayio; everything else is given or Python's.
_OWN = ("bitmaptools", "busdisplay", "displayio", "fourwire", "vectorio")
_OF_THE_BOARD = ("busio", "digitalio", "microcontroller", "pwmio")


@cache
def _source(name: str, path: tuple[str, ...] | None) -> tuple[CodeType, list[str] | None]:
    """The compiled module and, of a package, where its modules are. The path is Python's, not sys.modules'."""
    spec = PathFinder.find_spec(name, path)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"the simulator needs adafruit-blinka-displayio, which has no {name}")
    code: CodeType = spec.loader.get_code(name)  # type: ignore[attr-defined]
    locations = spec.submodule_search_locations
    return code, None if locations is None else list(locations)


class Blinka:
    """One set of its modules: `load("displayio")` and so on. Made anew for each start of the VM."""

    def __init__(self, board: VirtualBoard) -> None:
        self._board = board
        self._pixels = 0, 0
        self._modules: dict[str, ModuleType] = {
            "circuitpython_typing": new_module(
                "circuitpython_typing", ReadableBuffer=Any, WriteableBuffer=Any
            ),
            "paralleldisplaybus": new_module("paralleldisplaybus", ParallelBus=type("ParallelBus", (), {})),
            "threading": new_module(
                "threading", Event=threading.Event, RLock=threading.RLock, Thread=_NoThread
            ),
            "time": _time(board),
        }
        self._builtins = {**vars(builtins), "__import__": self._import, "open": self._open}

    def drawing_us(self) -> int:
        """What it has taken the board to work out the pixels since this was last called."""
        costs = self._board.costs
        drawn, clear = self._pixels
        self._pixels = 0, 0
        return (drawn * costs.display_drawn + clear * costs.display_clear) // 1000

    def _count(self, drawn: int, clear: int) -> None:
        self._pixels = self._pixels[0] + drawn, self._pixels[1] + clear

    def give(self, module: ModuleType) -> None:
        """Use `module` instead of what would be loaded under its name."""
        self._modules[module.__name__] = module

    def load(self, name: str) -> ModuleType:
        if name in self._modules:
            return self._modules[name]
        parent, _, leaf = name.rpartition(".")
        path = tuple(self.load(parent).__path__) if parent else None
        if name in self._modules:
            # The package itself has just imported it.
            return self._modules[name]
        code, locations = _source(name, path)
        module = ModuleType(name)
        vars(module).update(__builtins__=self._builtins, __package__=parent if locations is None else name)
        if locations is not None:
            module.__path__ = locations
        self._modules[name] = module
        exec(code, vars(module))
        if name == "displayio._tilegrid":
            vars(module)["_fill_pixels_packed"] = fast_fill(vars(module)["_fill_pixels_packed"], self._count)
        if parent:
            setattr(self._modules[parent], leaf, module)
        return module

    def _import(
        self,
        name: str,
        scope: Mapping[str, Any] | None = None,
        local: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """The `__import__` of everything behind the fence."""
        if level:
            assert scope is not None
            name = importlib.util.resolve_name("." * level + name, scope["__package__"])
        root = name.partition(".")[0]
        if root in _OF_THE_BOARD:
            return self._board.running.import_name(name, scope, local, fromlist)
        if root not in _OWN and root not in self._modules:
            return builtins.__import__(name, scope, local, fromlist or ())
        module = self.load(name)
        if not fromlist:
            return self.load(root)
        for item in fromlist:
            if not hasattr(module, item) and hasattr(module, "__path__"):
                self.load(f"{name}.{item}")
        return module

    def _open(self, *arguments: Any, **options: Any) -> Any:
        """Files are the drive's."""
        opener: Callable[..., Any] = self._board.running.builtins.open
        return opener(*arguments, **options)


class _NoThread:
    """Takes the place of the thread that would refresh displays behind the board's back."""

    def __init__(self, **_: object) -> None: ...

    def start(self) -> None: ...

    def is_alive(self) -> bool:
        return False


def _time(board: VirtualBoard) -> ModuleType:
    # Looking at the time costs nothing here: Blinka looks where CircuitPython, in C, has it at hand.
    return new_module(
        "time",
        monotonic=lambda: board.clock.now_us / 1_000_000,
        sleep=lambda seconds: board.clock.spend(round(seconds * 1_000_000)),
    )
