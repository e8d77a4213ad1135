# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One start of the VM: runs a file of the drive with the modules and built-ins that CircuitPython has, no others.

The drive's modules are CPython code with `__builtins__`, `sys.modules` and import of their own, so that they find what a
board has and nothing else. That is no sandbox: Python's objects lead back to the laptop's modules, and a program that wants
to can do what the user can. So `simulate --drive` runs only programs that chargerctl deployed, and no deploy that is not
finished, which could exchange them, unless the user trusts the drive.
"""

from __future__ import annotations
import __future__

import builtins
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.errors import ReloadException
from chargerctl.simulator.machine.hardware import Hardware
from chargerctl.simulator.python.builtin_names import board_builtins
from chargerctl.simulator.python.compiled import compiled
from chargerctl.simulator.python.finder import Finder, Found
from chargerctl.simulator.python.module import new_module
from chargerctl.simulator.python.pystack import COUNTER, WORD, Pystack, budget
from chargerctl.simulator.python.tracebacks import format_exception


class VM:
    """`program` is the name of the file that runs; `modules` is its sys.modules, `path` its sys.path."""

    def __init__(self, board: Hardware, program: str) -> None:
        self.program = program
        self.modules: dict[str, ModuleType] = {}
        self.path = ["", "/", ".frozen", "/lib"]
        self.argv: list[str] = []
        self.result: BaseException | None = None
        self._board = board
        self._finder = Finder(board)
        self.pystack = Pystack(budget(board.version, board.drive.settings()))
        self.builtins = ModuleType("builtins")
        self.builtins.__dict__.clear()
        self.builtins.__dict__.update(board_builtins(board, self.import_name, self.execute))
        self.builtins.__dict__[COUNTER] = self.pystack
        self.modules["builtins"] = self.builtins

    def run(self) -> str | None:
        """Run the program; the traceback of the exception that ended it, None for its end, exit or a reload.

        The exception itself, if any, is in `result`.
        """
        main = self._module("__main__")
        main.__file__ = self.program
        self.modules["__main__"] = main
        self._board.scheduler.take_signals()
        try:
            source = self._board.drive.host_path("/" + self.program).read_bytes()
            self._board.clock.spend(self._board.costs.load(self.program, len(source)))
            self._execute(source, self.program, main)
        except BaseException as error:  # noqa: BLE001 - every exception ends the program here
            self._board.scheduler.refuse_signals()
            self.result = error
            if isinstance(error, (SystemExit, ReloadException)):
                return None
            return self.traceback(error)
        self._board.scheduler.refuse_signals()
        return None

    def traceback(self, error: BaseException, chain: bool = True, limit: int | None = None) -> str:
        """As the board prints it, without the frames of the simulator."""
        names = self.builtins.__dict__
        return format_exception(
            error, chain=chain, limit=limit, is_program=lambda frame: frame.f_builtins is names
        )

    def execute(self, source: str, name: str, scope: dict[str, Any], mode: str = "exec") -> Any:
        """exec() and eval() of the program."""
        scope.setdefault("__builtins__", self.builtins.__dict__)
        code = compile(source, name, mode, flags=__future__.annotations.compiler_flag, dont_inherit=True)
        return eval(code, scope)

    def import_name(
        self,
        name: str,
        scope: Mapping[str, Any] | None = None,
        _locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """The program's `__import__`."""
        if level:
            name = self._absolute(name, scope or {}, level)
        parts = name.split(".")
        outer: ModuleType | None = None
        for depth in range(len(parts)):
            outer = self._import_one(".".join(parts[: depth + 1]), parts[depth], outer)
        if not fromlist:
            return self.modules[parts[0]]
        assert outer is not None
        for item in fromlist:
            if item != "*" and not hasattr(outer, item) and self._find_in(outer, item):
                self._import_one(f"{name}.{item}", item, outer)
        return outer

    def _find_in(self, package: ModuleType, name: str) -> Found | None:
        # On a board a package's __path__ is one string.
        folder = package.__dict__.get("__path__")
        return None if folder is None else self._finder.look(f"{folder}/{name}")

    def _absolute(self, name: str, scope: Mapping[str, Any], level: int) -> str:
        package = str(scope["__name__"]).split(".")
        if "__path__" in scope:
            level -= 1
        if level >= len(package):
            raise ImportError("can't perform relative import")
        return ".".join(package[: len(package) - level] + ([name] if name else []))

    def _import_one(self, full_name: str, name: str, outer: ModuleType | None) -> ModuleType:
        if full_name in self.modules:
            return self.modules[full_name]
        module = self._load(full_name, name, outer)
        if outer is not None:
            setattr(outer, name, module)
        return module

    def _load(self, full_name: str, name: str, outer: ModuleType | None) -> ModuleType:
        if outer is None:
            built_in = self._finder.built_in(name)
            if built_in is not None:
                self.modules[full_name] = built_in
                return built_in
            found = self._finder.find(self.path, name)
        else:
            found = self._find_in(outer, name)
        if found is None:
            raise ImportError(f"no module named '{full_name}'")
        module = self._module(full_name)
        self.modules[full_name] = module
        if found.package is not None:
            module.__dict__["__path__"] = found.package
        if found.file is None:
            return module
        module.__file__ = found.file
        try:
            # What is compiled in costs next to nothing.
            if not found.file.startswith(".frozen"):
                self._board.clock.spend(self._board.costs.load(found.file, found.size))
            self._execute(*found.program(), module)
        except BaseException:
            del self.modules[full_name]
            raise
        return module

    def _module(self, name: str) -> ModuleType:
        return new_module(name, __builtins__=self.builtins.__dict__)

    def _execute(self, source: bytes, name: str, module: ModuleType) -> None:
        code, size = compiled(source, name, self._board.counts_pystack)
        before = self.pystack.enter(size // WORD)
        try:
            builtins.exec(code, module.__dict__)
        finally:
            self.pystack.leave(before)
