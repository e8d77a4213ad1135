# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How deep the firmware's calls go in CircuitPython's pystack, counted to the byte while it runs on the VM."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from chargerctl.simulator.python.frames import frame_sizes, scope_name
from chargerctl.simulator.python.pystack import (
    COUNTER,
    Function,
    Instrument,
    expression_of,
    kept_callables,
    placed,
)

# CircuitPython has it as machine code, which takes no pystack.
_IN_FLASH = "adafruit_bus_device"
_DEPTH = "_pystack_before"


class _Exact(Instrument):
    """Names each frame, and looks at each callable whether it is a bound method; that is slow."""

    def __init__(self, file: str, sizes: dict[ast.AST, int], kept: frozenset[str]) -> None:
        super().__init__(sizes, kept)
        self._file = file

    def counted(self, node: Function, body: list[ast.stmt], size: int) -> list[ast.stmt]:
        text = (
            f"{_DEPTH} = {self._enter(self._sizes[node], node.name)}\n"
            f"try:\n    pass\nfinally:\n    {COUNTER}.leave({_DEPTH})\n"
        )
        statements = placed(ast.parse(text).body, node)
        last = statements[-1]
        assert isinstance(last, ast.Try)
        last.body = body
        return statements

    def caught(self, handler: ast.ExceptHandler, size: int) -> None:
        text = f"{COUNTER}.leave({_DEPTH} + 1)"
        handler.body[:0] = placed(ast.parse(text).body, handler.body[0])

    def framed(self, expression: ast.expr, size: int, name: str) -> ast.expr:
        return self._between(self._enter(size, name), expression) if size else expression

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST | list[ast.AST]:  # noqa: N802 - the visitor's name for it
        check, found = super().visit_ClassDef(node)
        assert isinstance(check, ast.stmt)
        text = f"{COUNTER}.leave({self._enter(self._sizes[node], node.name)})"
        return [*placed(ast.parse(text).body, check), found]

    def visit_Call(self, node: ast.Call) -> ast.AST:  # noqa: N802 - likewise
        always, bound = self.call_sizes(node)
        self.generic_visit(node)
        if not always and not bound:
            return node
        if not _can_be_asked_twice(node.func):
            return self._between(self._enter(always + bound, "arguments"), node)
        return self._between(f"{COUNTER}.arguments({ast.unparse(node.func)}, {bound}, {always})", node)

    def _enter(self, size: int, name: str) -> str:
        return f"{COUNTER}.enter({size}, {f'{self._file}:{name}'!r})"

    def _between(self, enter: str, expression: ast.expr) -> ast.expr:
        call = expression_of(f"{COUNTER}.leave({enter}, None)", expression)
        assert isinstance(call, ast.Call)
        call.args[1] = expression
        return call


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
    own = sizes[tree]
    _Exact(path, sizes, kept_callables(tree)).visit(tree)
    # Around the module's own body; what an exception leaves behind, whoever catches it gives back.
    begin = ast.parse(f"{_DEPTH} = {COUNTER}.enter({own}, {f'{path}:{scope_name(ast.Module([], []))}'!r})")
    end = ast.parse(f"{COUNTER}.leave({_DEPTH})")
    tree.body = [*begin.body, *tree.body, *end.body]
    return ast.unparse(ast.fix_missing_locations(tree))
