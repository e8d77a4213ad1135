# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Drops what nothing on the board uses of a library: log statements, names for type checkers, and methods that are never
called. These are more than a third of MiniMQTT's RAM."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_LEVELS = ("debug", "info", "warning", "error", "critical")
# Functions and methods that neither the charger nor the rest of the library calls.
_UNUSED = {
    "lib/adafruit_minimqtt/adafruit_minimqtt.py": (
        *(
            "__enter__",
            "__exit__",
            "deinit",
            "mqtt_msg",
            "username_pw_set",
            "enable_logger",
            "disable_logger",
        ),
        # charger/net/minimqtt.py has set _handle_on_message; mqtt.py connects, pings and waits itself.
        *("add_topic_callback", "remove_topic_callback", "on_message", "_handle_on_message"),
        *("unsubscribe", "reconnect", "_recompute_reconnect_backoff", "ping"),
    ),
    "lib/adafruit_ticks.py": ("ticks_add", "ticks_less"),
}
_FOR_TYPE_CHECKERS = ("typing", "types", "circuitpython_typing")


def lean(path: str, source: str) -> str:
    """The source of a library's file without all that; line numbers do not change. Raises SyntaxError where the source is
    not Python."""
    lines = source.encode().split(b"\n")
    for statement in _dropped(ast.parse(source, path), _UNUSED.get(path, ())):
        above = getattr(statement, "decorator_list", [])
        first = min([statement.lineno, *(each.lineno for each in above)]) - 1
        last = (statement.end_lineno or statement.lineno) - 1
        # Nothing but the statement is on its first line, or a decorator.
        start = statement.col_offset
        rest = lines[last][statement.end_col_offset :]
        lines[first] = lines[first][:start] + b"pass"
        lines[first + 1 : last + 1] = [b""] * (last - first)
        lines[last] += rest
    return b"\n".join(lines).decode()


def _dropped(tree: ast.AST, unused: tuple[str, ...]) -> Iterator[ast.stmt]:
    """The statements to leave out; none is within another."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt) and (
            _logs(node)
            or _for_type_checkers(node)
            or (isinstance(node, ast.FunctionDef) and node.name in unused)
        ):
            yield node
        else:
            yield from _dropped(node, unused)


def _logs(statement: ast.stmt) -> bool:
    """The statement is self.logger.LEVEL(…)."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    return value.func.attr in _LEVELS and ast.unparse(value.func.value) == "self.logger"


def _for_type_checkers(statement: ast.stmt) -> bool:
    """The statement is `try: from typing import …` and no more, or __repo__ = …: no annotation is evaluated on a board."""
    if isinstance(statement, ast.Assign):
        return ast.unparse(statement.targets[0]) == "__repo__"
    return isinstance(statement, ast.Try) and all(
        isinstance(each, ast.ImportFrom) and each.module in _FOR_TYPE_CHECKERS for each in statement.body
    )
