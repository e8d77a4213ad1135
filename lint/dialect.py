# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Python that MicroPython and CircuitPython do not support, or treat differently. Each was tried on a 32-bit MicroPython
VM, except what CircuitPython itself switches off (py/circuitpy_mpconfig.h) or older versions lack; those are marked."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

# Functions written in C take arguments by place; these are the exceptions that we use.
_KEYWORDS: dict[str, set[str] | None] = {
    "dict": None,  # any
    "enumerate": {"start"},
    "max": {"default", "key"},
    "min": {"default", "key"},
    "print": {"end", "sep"},
    "sorted": {"key", "reverse"},
    "super": set(),
}
_MODULE_KEYWORDS = {("json", "dumps"): {"separators"}, ("struct", "unpack_from"): {"offset"}}
_TEXT_METHODS = {
    "count", "decode", "encode", "endswith", "find", "from_bytes", "index", "join", "lstrip", "replace", "rfind",
    "rsplit", "rstrip", "split", "startswith", "strip", "to_bytes",
}  # fmt: skip
_ATTRIBUTES = {
    "__cause__", "__defaults__", "__doc__", "__module__", "__mro__", "__qualname__", "__traceback__", "strerror",
    "tobytes",
}  # fmt: skip
# MICROPY_PY_DELATTR_SETATTR is off; __set_name__ is younger than CircuitPython 9; the others are not called at all.
_HOOKS = {
    "__class_getitem__", "__delattr__", "__format__", "__index__", "__init_subclass__", "__set_name__", "__setattr__",
}  # fmt: skip
_FLOATS = {("random", "random"), ("random", "uniform"), ("time", "monotonic")}
_FLOAT_FORMAT = re.compile(r"%[-+ #0]*[\d*]*(?:\.\d+)?[efgEFG]|\{[^{}]*:[^{}]*[efgEFG]\}")


def syntax(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.List | ast.Tuple | ast.Set) and isinstance(
        getattr(node, "ctx", ast.Load()), ast.Load
    ):
        for element in node.elts:
            if isinstance(element, ast.Starred):
                yield element, "CircuitPython does not support * in a list, tuple or set display"
    # MICROPY_COMP_TRIPLE_TUPLE_ASSIGN is off; two values are exchanged without a tuple.
    if (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Tuple)
        and len(node.value.elts) > 2
        and any(isinstance(target, ast.Tuple) for target in node.targets)
    ):
        yield node, "CircuitPython makes a tuple of three values assigned at once: use a line for each"
    if isinstance(node, ast.Slice) and node.step is not None:
        yield node, "CircuitPython slices str and bytes with a step of 1 only"
    if isinstance(node, ast.TryStar if hasattr(ast, "TryStar") else ()):
        yield node, "CircuitPython does not support except*"
    if isinstance(node, ast.FunctionDef) and node.name in _HOOKS:
        yield node, f"CircuitPython does not call {node.name}"
    if isinstance(node, ast.Attribute) and node.attr in _ATTRIBUTES:
        yield node, f"CircuitPython has no attribute {node.attr}"
    if isinstance(node, ast.FormattedValue) and any(
        isinstance(each, ast.JoinedStr) for each in ast.walk(node.value)
    ):
        yield node, "CircuitPython does not support an f-string within an f-string"


def call(node: ast.Call, module: str, name: str, is_method: bool) -> Iterator[tuple[ast.AST, str]]:
    """`module` "" and a name: a built-in function; a module of CPython's: its function; `is_method`: of any object."""
    given = {keyword.arg for keyword in node.keywords if keyword.arg}
    if is_method:
        allowed: set[str] | None = set() if name in _TEXT_METHODS else None
    elif module == "":
        allowed = _KEYWORDS.get(name, set())
    else:
        allowed = _MODULE_KEYWORDS.get((module, name), set())
    if allowed is not None and given - allowed:
        yield node, f"CircuitPython's {name} does not take argument {min(given - allowed)} by name"
    if is_method and name in ("startswith", "endswith") and node.args and isinstance(node.args[0], ast.Tuple):
        yield node, f"before CircuitPython 10, {name} takes no tuple"


def makes_float(node: ast.AST, module: str, name: str) -> bool:
    """A call that gives a float, or a text that turns a number into one."""
    if isinstance(node, ast.Call):
        return module == "math" or (module, name) in _FLOATS
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return _is_float_format(node.left)
    return (
        isinstance(node, ast.FormattedValue)
        and node.format_spec is not None
        and any(
            isinstance(each, ast.Constant) and str(each.value)[-1:] in "efgEFG"
            for each in ast.walk(node.format_spec)
        )
    )


def _is_float_format(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and _FLOAT_FORMAT.search(node.value.replace("%%", "")) is not None
    )


def literals(source: str) -> Iterator[tuple[int, int, str]]:
    """(line, column, what is wrong) of string literals, which the syntax tree shows only as what they mean."""
    before: tokenize.TokenInfo | None = None
    start = getattr(tokenize, "FSTRING_START", -1)
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.NL, tokenize.COMMENT):
            continue
        if token.type in (tokenize.STRING, start) and depth == 0:
            line, column = token.start
            prefix = re.match("[A-Za-z]*", token.string)[0].lower()  # type: ignore[index]
            if "f" in prefix and "r" in prefix:
                yield line, column, "CircuitPython does not support a raw f-string"
            if "r" not in prefix and "b" not in prefix and re.search(r"\\N\{", token.string):
                yield line, column, "CircuitPython does not support \\N{...}"
            if before is not None and _mixed(before.string, token.string):
                yield (
                    line,
                    column,
                    "beside an f-string, CircuitPython takes the braces of a plain one for fields",
                )
            before = token
        elif depth == 0 and token.type != getattr(tokenize, "FSTRING_END", -1):
            before = None
        depth += (token.type == start) - (token.type == getattr(tokenize, "FSTRING_END", -1))


def _mixed(first: str, second: str) -> bool:
    def is_f(text: str) -> bool:
        return "f" in text[: min(text.find(quote) for quote in "\"'" if quote in text)].lower()

    return is_f(first) != is_f(second) and any(
        "{" in text or "}" in text for text in (first, second) if not is_f(text)
    )
