# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Objects of the board's modules: which names of a file hold one, and whether it has what is asked of it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from lint import stubs
from lint.circuitpython import BOARD

# (module, name in it) of what is called or named, ("?", "") when that is not known.
Resolve = Callable[[ast.expr], tuple[str, str]]


def check(tree: ast.Module, resolve: Resolve) -> Iterator[tuple[ast.AST, str]]:
    """Members and calls of digitalio.Pull, supervisor.runtime, and names that only ever hold digitalio.DigitalInOut(...)."""
    made = _made(tree, resolve)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            module, name, known = _owner(node.value, made, resolve)
            if known is not None and node.attr not in known and not node.attr.startswith("__"):
                yield node, f"CircuitPython has no {module}.{name}.{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            module, name, known = _owner(node.func.value, made, resolve)
            definition = (known or {}).get(node.func.attr)
            wrong = stubs.mismatch(node, definition) if definition is not None else None
            if wrong:
                yield node, f"{module}.{name}.{node.func.attr} {wrong}"


def _owner(
    value: ast.expr, made: dict[str, tuple[str, str] | None], resolve: Resolve
) -> tuple[str, str, dict[str, ast.AST] | None]:
    module, name = made.get(ast.unparse(value)) or resolve(value)
    # The pins of a board differ from board to board.
    known = stubs.members_of(module, name) if module in BOARD and module != "board" else None
    return module, name, known


def _made(tree: ast.Module, resolve: Resolve) -> dict[str, tuple[str, str] | None]:
    """{"self._pin": (module, class)}, None where the same text holds different things."""
    found: dict[str, tuple[str, str] | None] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or (
            isinstance(node.value, ast.Constant) and node.value.value is None
        ):
            continue
        kind = resolve(node.value.func) if isinstance(node.value, ast.Call) else ("?", "")
        is_class = (
            isinstance((stubs.members(kind[0]) or {}).get(kind[1]), ast.ClassDef)
            if kind[0] in BOARD
            else False
        )
        for target in node.targets:
            text = ast.unparse(target)
            same = is_class and found.get(text, kind) == kind
            found[text] = kind if same else None
    return found
