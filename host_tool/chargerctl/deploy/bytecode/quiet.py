# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Drops what nothing on the board uses of a library: log statements, names for type checkers, and methods that are never
called. These are more than a third of MiniMQTT's RAM."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_LEVELS = ("debug", "info", "warning", "error", "critical")
# What a log statement may call: without it the program does the same.
_WITHOUT_EFFECT = ("hex", "len", "str", "repr", "type")
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
    """The source of a library's file with `pass` in place of all that; line numbers do not change. A log statement stays if
    its arguments do something; any statement stays if it goes over several lines and another follows it there.

    Raises SyntaxError where the source is not Python.
    """
    lines = source.encode().split(b"\n")
    found = list(_dropped(ast.parse(source, path), _UNUSED.get(path, ())))
    # From the last to the first, so that the places of the others stay as they are.
    for statement in sorted(found, key=lambda each: (each.lineno, each.col_offset), reverse=True):
        above = getattr(statement, "decorator_list", [])
        first = min([statement.lineno, *(each.lineno for each in above)]) - 1
        last = (statement.end_lineno or statement.lineno) - 1
        rest = lines[last][statement.end_col_offset :]
        if first < last and rest.lstrip().startswith(b";"):
            continue
        lines[first] = lines[first][: statement.col_offset] + b"pass"
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
    """The statement is self.logger.LEVEL(…), with arguments that do nothing."""
    call = statement.value if isinstance(statement, ast.Expr) else None
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


def _for_type_checkers(statement: ast.stmt) -> bool:
    """The statement is `try: from typing import …` and no more, or __repo__ = …: no annotation is evaluated on a board."""
    if isinstance(statement, ast.Assign):
        return ast.unparse(statement.targets[0]) == "__repo__"
    return isinstance(statement, ast.Try) and all(
        isinstance(each, ast.ImportFrom) and each.module in _FOR_TYPE_CHECKERS for each in statement.body
    )
