# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The rules, each a check on the syntax tree of one file."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from lint import dialect, instances, stubs
from lint.circuitpython import BOARD, BUILTINS, MISSING_METHODS, STANDARD

# For floats that another library or module requires; the reason follows the mark on the line.
FLOAT_MARK = "# float:"
_OURS = ("charger", "hold")
_UNKNOWN_SYNTAX: dict[type[ast.AST], str] = {
    ast.Match: "match",
    ast.AsyncFunctionDef: "async def",
    ast.Global: "global (no global state)",
}


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


def check(path: str, source: str) -> list[Finding]:
    """Everything in one file that CircuitPython could not run, or that the firmware's rules forbid.

    `path` is relative to firmware/: hardware/ and net/ may import the board's modules, the rest of charger/ not.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return [Finding(path, error.lineno or 1, error.offset or 1, f"not valid Python: {error.msg}")]
    checker = _Checker(path, source)
    findings = [_at(path, node, text) for node, text in checker.run(tree)]
    findings += [Finding(path, line, column + 1, text) for line, column, text in dialect.literals(source)]
    return sorted(set(findings))


def _at(path: str, node: ast.AST, text: str) -> Finding:
    return Finding(path, getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1, text)


class _Checker:
    def __init__(self, path: str, source: str) -> None:
        parts = PurePosixPath(path).parts
        self._lines = source.splitlines()
        self._in_package = parts[0] == "charger"
        self._may_touch_board = not self._in_package or parts[1:2] in (("hardware",), ("net",))
        # The console is where text leaves the board.
        # answering.py: only for the answer to a question, which may have come over Wi-Fi.
        self._may_print = not self._in_package or path in (
            "charger/hardware/console.py",
            "charger/hardware/answering.py",
        )
        # name in this file -> (module, name in it or None for the module itself)
        self._names: dict[str, tuple[str, str | None]] = {}
        self._defined: set[str] = set()

    def run(self, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
        self._defined = _defined_names(tree)
        for node in ast.walk(tree):
            yield from self._imports(node)
        yield from instances.check(tree, self._called)
        for node in ast.walk(tree):
            yield from self._syntax(node)
            yield from dialect.syntax(node)
            yield from self._attributes(node)
            yield from self._calls(node)
            yield from self._floats(node)
            yield from self._exceptions(node)
            if isinstance(node, ast.Name) and node.id not in self._defined and node.id not in self._names:
                yield from self._builtins(node)

    def _imports(self, node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self._names[alias.asname or alias.name.split(".")[0]] = (alias.name, None)
                yield from self._module(node, alias.name)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                yield node, "relative import: write the whole name"
                return
            yield from self._module(node, module)
            for alias in node.names:
                self._names[alias.asname or alias.name] = (module, alias.name)
                yield from self._member(node, module, alias.name)

    def _module(self, node: ast.AST, module: str) -> Iterator[tuple[ast.AST, str]]:
        top = module.split(".")[0]
        if top in _OURS or top.startswith("adafruit_") or module in STANDARD:
            return
        if module not in BOARD:
            yield node, f"CircuitPython has no module {module}, or the firmware may not use it"
        elif not self._may_touch_board:
            yield node, f"only hardware/ and net/ may import the board's own modules, such as {module}"

    def _member(self, node: ast.AST, module: str, name: str) -> Iterator[tuple[ast.AST, str]]:
        if module in STANDARD and name not in STANDARD[module]:
            yield node, f"CircuitPython has no {module}.{name}, or the firmware may not use it"
        # The pins of a board differ from board to board.
        elif module in BOARD and module != "board":
            known = stubs.members(module)
            if known is not None and name not in known:
                yield node, f"CircuitPython has no {module}.{name}"

    def _attributes(self, node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
        if not isinstance(node, ast.Attribute):
            return
        if isinstance(node.value, ast.Name) and node.value.id in self._names:
            module, name = self._names[node.value.id]
            if name is None:
                yield from self._member(node, module, node.attr)
                return
        if node.attr in MISSING_METHODS:
            yield node, f"CircuitPython has no method {node.attr}"

    def _calls(self, node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
        if not isinstance(node, ast.Call):
            return
        module, name = self._called(node.func)
        is_method = isinstance(node.func, ast.Attribute) and module == "?"
        if isinstance(node.func, ast.Attribute):
            name = node.func.attr
        if (
            is_method
            or module in STANDARD
            or (module == "" and name in BUILTINS - self._defined and name.islower())
        ):
            yield from dialect.call(node, module, name, is_method)
        if module == "time" and name in ("sleep", "sleep_ms") and self._in_package:
            yield node, "time.sleep: a task must not wait"
        if module in BOARD:
            definition = (stubs.members(module) or {}).get(name)
            wrong = stubs.mismatch(node, definition) if definition is not None else None
            if wrong:
                yield node, f"{module}.{name} {wrong}"
        if isinstance(node.func, ast.Name) and node.func.id == "print" and not self._may_print:
            yield node, "print: only hardware/console.py writes to the console"
        if name == "OSError" and module == "" and len(node.args) == 1:
            yield node, "OSError needs two arguments, else CPython leaves errno unset"

    def _called(self, function: ast.expr) -> tuple[str, str]:
        if isinstance(function, ast.Name):
            module, name = self._names.get(function.id, ("", function.id))
            return module, name or ""
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            module, name = self._names.get(function.value.id, ("?", None))
            return (module, function.attr) if name is None else ("?", function.attr)
        return "?", ""

    def _syntax(self, node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
        for kind, what in _UNKNOWN_SYNTAX.items():
            if isinstance(node, kind) and hasattr(node, "lineno"):
                yield node, f"not allowed: CircuitPython or the firmware's rules exclude {what}"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            yield node, "CircuitPython does not support @ operator"
        if isinstance(node, ast.Dict) and None in node.keys:
            yield node, "CircuitPython does not support ** in a dict display"
        if isinstance(node, ast.arguments) and node.posonlyargs:
            yield node.posonlyargs[0], "CircuitPython does not support positional-only parameters"
        if isinstance(node, ast.ClassDef) and node.keywords:
            yield node, "CircuitPython does not support metaclass or class keywords"
        if isinstance(node, ast.AnnAssign) or (isinstance(node, ast.FunctionDef) and _annotated(node)):
            yield node, "annotations cost memory, and CircuitPython has no typing"
        if isinstance(node, ast.FormattedValue) and node.conversion == ord("a"):
            yield node, "CircuitPython does not support !a in an f-string"

    def _floats(self, node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
        division = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        made = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
        module, name = self._called(node.func) if isinstance(node, ast.Call) else ("", "")
        made = made or dialect.makes_float(node, module, name)
        found = (division or literal or made) and self._in_package
        if found and FLOAT_MARK not in self._lines[_at("", node, "").line - 1]:
            yield (
                node,
                f"a float has about 7 digits: use int ms, s or Wh, or give a reason in a comment {FLOAT_MARK} ...",
            )

    def _exceptions(self, node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node.type):
            yield node, "name the exceptions: this also catches Ctrl-C and an auto-reload"
        if isinstance(node, ast.Compare) and any(_is_errno(side) for side in (node.left, *node.comparators)):
            for side in (node.left, *node.comparators):
                if isinstance(side, ast.Constant) and isinstance(side.value, int):
                    yield node, "errno numbers differ between ports: compare with names from errno"

    def _builtins(self, node: ast.Name) -> Iterator[tuple[ast.AST, str]]:
        if hasattr(builtins, node.id) and node.id not in BUILTINS:
            yield node, f"CircuitPython has no built-in {node.id}"


def _catches_everything(kind: ast.expr | None) -> bool:
    return kind is None or (isinstance(kind, ast.Name) and kind.id == "BaseException")


def _is_errno(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "errno"


def _annotated(function: ast.FunctionDef) -> bool:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return function.returns is not None or any(argument.annotation for argument in every)


def _defined_names(tree: ast.Module) -> set[str]:
    """Every name that the file itself binds somewhere."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
    return names
