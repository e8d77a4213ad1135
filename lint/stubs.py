# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Names and signatures of the board's modules, read from circuitpython-stubs."""

from __future__ import annotations

import ast
import importlib.metadata
from functools import cache
from pathlib import Path


@cache
def members(module: str) -> dict[str, ast.AST] | None:
    """{name: its definition} of a module's stub, None when there is no stub."""
    found = importlib.metadata.distribution("circuitpython-stubs").locate_file(f"{module}-stubs/__init__.pyi")
    path = Path(str(found))
    if not path.is_file():
        return None
    return _defined(ast.parse(path.read_text(encoding="utf-8")).body)


def _defined(body: list[ast.stmt]) -> dict[str, ast.AST]:
    names: dict[str, ast.AST] = {}
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names[node.name] = node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names[node.target.id] = node
        elif isinstance(node, ast.Assign):
            names.update({target.id: node for target in node.targets if isinstance(target, ast.Name)})
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update({alias.asname or alias.name: node for alias in node.names})
    return names


def members_of(module: str, name: str) -> dict[str, ast.AST] | None:
    """{name: its definition} of a class of a module, or of the class of an object of it; None when that is not known."""
    known = members(module) or {}
    definition = known.get(name)
    if isinstance(definition, ast.AnnAssign) and isinstance(definition.annotation, ast.Name):
        definition = known.get(definition.annotation.id)
    if not isinstance(definition, ast.ClassDef) or definition.bases:
        return None
    return _defined(definition.body)


def signature(definition: ast.AST) -> tuple[ast.arguments, bool] | None:
    """The arguments of a function or of a class's constructor, and whether the first is `self`."""
    if isinstance(definition, ast.FunctionDef):
        arguments = definition.args
        return arguments, bool(arguments.args) and arguments.args[0].arg == "self"
    if isinstance(definition, ast.ClassDef):
        for node in definition.body:
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                return node.args, True
    return None


def mismatch(call: ast.Call, definition: ast.AST) -> str | None:
    """Why `call` does not fit the stub, or None. A call with * or ** is believed."""
    found = signature(definition)
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    if found is None or starred or any(keyword.arg is None for keyword in call.keywords):
        return None
    arguments, is_method = found
    positional = [*arguments.posonlyargs, *arguments.args][1 if is_method else 0 :]
    names = [argument.arg for argument in positional]
    keyword_only = [argument.arg for argument in arguments.kwonlyargs]
    if len(call.args) > len(names) and arguments.vararg is None:
        return f"takes {len(names)} positional arguments, not {len(call.args)}"
    given = {keyword.arg for keyword in call.keywords}
    positional_only = {argument.arg for argument in arguments.posonlyargs}
    allowed = (set(names) - positional_only) | set(keyword_only)
    unknown = sorted(str(name) for name in given - allowed)
    if unknown and arguments.kwarg is None:
        return f"has no argument {unknown[0]}"
    required = names[: len(names) - len(arguments.defaults)]
    required_keywords = [
        argument.arg
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    ]
    missing = [name for name in [*required[len(call.args) :], *required_keywords] if name not in given]
    return f"needs {missing[0]}" if missing else None
