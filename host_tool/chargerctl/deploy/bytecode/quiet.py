# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Drops the log statements of a library: nothing on the board reads them, and their texts are a third of MiniMQTT's RAM."""

from __future__ import annotations

import ast

_LEVELS = ("debug", "info", "warning", "error", "critical")
# What a log statement may call: without it the program does the same.
_WITHOUT_EFFECT = ("hex", "len", "str", "repr", "type")


def without_logs(source: str) -> str:
    """The source with `pass` in place of each statement self.logger.debug(…) and the like; line numbers do not change.
    One stays if its arguments do something, or if it goes over several lines and another statement follows it there.

    Raises SyntaxError where the source is not Python.
    """
    lines = source.encode().split(b"\n")
    statements = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Expr) and _logs(each)]
    # From the last to the first, so that the places of the others stay as they are.
    for statement in sorted(statements, key=lambda each: (each.lineno, each.col_offset), reverse=True):
        first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
        rest = lines[last][statement.end_col_offset :]
        if first < last and rest.lstrip().startswith(b";"):
            continue
        lines[first] = lines[first][: statement.col_offset] + b"pass"
        lines[first + 1 : last + 1] = [b""] * (last - first)
        lines[last] += rest
    return b"\n".join(lines).decode()


def _logs(statement: ast.Expr) -> bool:
    """The statement is self.logger.LEVEL(…), with arguments that do nothing."""
    call = statement.value
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    if call.func.attr not in _LEVELS or ast.unparse(call.func.value) != "self.logger":
        return False
    arguments = [*call.args, *(each.value for each in call.keywords)]
    return not any(_acts(node) for argument in arguments for node in ast.walk(argument))


def _acts(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return not isinstance(node.func, ast.Name) or node.func.id not in _WITHOUT_EFFECT
    return isinstance(node, ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom)
