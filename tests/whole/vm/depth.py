# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How deep the firmware's calls go in CircuitPython's pystack, counted to the byte while it runs on the VM."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from chargerctl.simulator.python.frames import frame_sizes, scope_name
from chargerctl.simulator.python.pystack import (
    BEFORE,
    COUNTER,
    Instrument,
    between,
    kept_callables,
)

# CircuitPython has it as machine code, which takes no pystack.
_IN_FLASH = "adafruit_bus_device"


class _Exact(Instrument):
    """Names each frame, and looks at each callable whether it is a bound method; that is slow."""

    def __init__(self, file: str, sizes: dict[ast.AST, int], kept: frozenset[str]) -> None:
        super().__init__(sizes, kept)
        self._file = file

    def take(self, size: int, name: str) -> str:
        return f"{COUNTER}.enter({size}, {f'{self._file}:{name}'!r})"

    def entering(self, size: int, name: str) -> str:
        return f"{BEFORE} = {self.take(size, name)}"

    def leaving(self) -> str:
        return f"{COUNTER}.leave({BEFORE})"

    def caught(self, size: int) -> str:
        return f"{COUNTER}.leave({BEFORE} + 1)"

    def visit_Call(self, node: ast.Call) -> ast.AST:  # noqa: N802 - the visitor's name for it
        always, bound = self.call_sizes(node)
        self.generic_visit(node)
        if not always and not bound:
            return node
        if not _can_be_asked_twice(node.func):
            return between(self.take(always + bound, "arguments"), node)
        return between(f"{COUNTER}.arguments({ast.unparse(node.func)}, {bound}, {always})", node)


def _can_be_asked_twice(expression: ast.expr) -> bool:
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return isinstance(expression, ast.Name)


@cache
def counting(source: Path, path: str) -> str:
    """The text of a module, for its place on the drive, that counts what its calls take of the pystack."""
    data = source.read_bytes()
    tree = ast.parse(data)
    if path.startswith(_IN_FLASH):
        return ast.unparse(tree)
    sizes = frame_sizes(tree, data)
    instrument = _Exact(path, sizes, kept_callables(tree))
    instrument.visit(tree)
    # Around the module's own body; what an exception leaves behind is given back where it is caught.
    begin = ast.parse(instrument.entering(sizes[tree], scope_name(tree)))
    end = ast.parse(instrument.leaving())
    tree.body = [*begin.body, *tree.body, *end.body]
    return ast.unparse(ast.fix_missing_locations(tree))
