# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Drops the log statements of a library: nothing on the board reads them, and their texts are a third of MiniMQTT's RAM."""

from __future__ import annotations

import ast

_LEVELS = ("debug", "info", "warning", "error", "critical")


def without_logs(source: str) -> str:
    """The source with `pass` in place of each statement self.logger.debug(…) and the like; line numbers do not change.

    Raises SyntaxError where the source is not Python.
    """
    lines = source.encode().split(b"\n")
    for statement in ast.walk(ast.parse(source)):
        if not isinstance(statement, ast.Expr) or not _logs(statement.value):
            continue
        first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
        rest = lines[last][statement.end_col_offset :]
        lines[first] = lines[first][: statement.col_offset] + b"pass"
        lines[first + 1 : last + 1] = [b""] * (last - first)
        lines[last] += rest
    return b"\n".join(lines).decode()


def _logs(value: ast.expr) -> bool:
    """The value is self.logger.LEVEL(…)."""
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    logger = value.func.value
    return value.func.attr in _LEVELS and ast.unparse(logger) == "self.logger"
