# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Running out of memory: any statement of the charger's modules that takes heap on a board can be made to fail.

    allocations = Allocations(monkeypatch)     before the board has power
    allocations.fails = lambda point: point == "charger/connector.py:97"

A module is compiled with a mark before each such statement; `seen` counts how often each was reached. A statement's
point is where it starts: which part of it finds no memory on a board (the second half of an f-string, for example) is not
distinguished.
"""

from __future__ import annotations
import __future__

import ast
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from types import CodeType

import pytest
from chargerctl.simulator.python import vm

# The mark's name in the program.
MARK = "_allocates"
_MADE = (
    ast.JoinedStr,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.GeneratorExp,
    ast.Lambda,
)
_MAKERS = {
    "bytes",
    "bytearray",
    "str",
    "list",
    "dict",
    "tuple",
    "memoryview",
    "open",
    "range",
    "zip",
    "enumerate",
}
_MAKING_METHODS = {
    "append", "insert", "extend", "setdefault", "format", "encode", "decode", "join", "split", "replace", "strip",
    "rstrip", "upper", "lower", "dumps", "loads", "hexlify", "items", "pack",
}  # fmt: skip
_FLAGS = __future__.annotations.compiler_flag


class Allocations:
    """`fails(point)`: whether the statement at "file:line" finds no memory now. `failed`: the points that did."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Until `monkeypatch` is undone, the programs of all virtual boards are marked."""
        plain_names, plainly = vm.board_builtins, vm.compiled
        monkeypatch.setattr(vm, "board_builtins", lambda *made_of: {**plain_names(*made_of), MARK: self})
        monkeypatch.setattr(
            vm,
            "compiled",
            lambda source, name, counted: (
                (marked(source, name), 0) if _concerns(name) else plainly(source, name, counted)
            ),
        )
        self.seen: Counter[str] = Counter()
        self.fails: Callable[[str], bool] = lambda point: False
        self.failed: list[str] = []

    def __call__(self, point: str) -> None:
        self.seen[point] += 1
        if self.fails(point):
            self.failed.append(point)
            raise MemoryError("memory allocation failed, allocating 64 bytes")


def _concerns(name: str) -> bool:
    """Whether the file of that name is marked."""
    return name.lstrip("/").startswith("charger/")


@lru_cache(maxsize=512)
def marked(source: bytes, name: str) -> CodeType:
    """The module's code with the marks in it."""
    tree: ast.Module = compile(source, name, "exec", flags=_FLAGS | ast.PyCF_ONLY_AST, dont_inherit=True)
    tree = _Marker(name.lstrip("/")).visit(tree)
    return compile(ast.fix_missing_locations(tree), name, "exec", flags=_FLAGS, dont_inherit=True)


class _Marker(ast.NodeTransformer):
    def __init__(self, name: str) -> None:
        self._name = name

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(node, field, None)
            if isinstance(statements, list) and not isinstance(node, ast.Module):
                setattr(node, field, [each for statement in statements for each in self._marked(statement)])
        return node

    def _marked(self, statement: ast.stmt) -> list[ast.stmt]:
        if not allocates(statement):
            return [statement]
        mark = ast.parse(f"{MARK}({self._name + ':' + str(statement.lineno)!r})").body[0]
        for node in ast.walk(mark):
            ast.copy_location(node, statement)
        return [mark, statement]


def allocates(statement: ast.stmt) -> bool:
    """Whether the statement itself takes heap on a board, its calls of our own functions and its body left out."""
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.FunctionDef)):
        return True
    parts = [
        part
        for field, value in ast.iter_fields(statement)
        if field not in ("body", "orelse", "finalbody", "handlers", "decorator_list")
        for part in (value if isinstance(value, list) else [value])
        if isinstance(part, ast.AST)
    ]
    return any(_makes(node) for part in parts for node in ast.walk(part))


def _makes(node: ast.AST) -> bool:
    if isinstance(node, _MADE):
        return True
    if isinstance(node, ast.Tuple):
        # A constant one lies in the code, and one that is assigned to is none.
        return isinstance(node.ctx, ast.Load) and not all(
            isinstance(each, ast.Constant) for each in node.elts
        )
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.BinOp):
        texts = (node.left, node.right)
        return any(isinstance(each, ast.Constant) and isinstance(each.value, (str, bytes)) for each in texts)
    if isinstance(node, ast.Call):
        called = node.func
        if isinstance(called, ast.Name):
            return called.id in _MAKERS or called.id.lstrip("_")[:1].isupper() or called.id == "visit"
        return isinstance(called, ast.Attribute) and (
            called.attr in _MAKING_METHODS or called.attr.lstrip("_")[:1].isupper()
        )
    return False
