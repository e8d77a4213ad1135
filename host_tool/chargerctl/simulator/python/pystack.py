# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""CircuitPython's pystack: the fixed memory in which the frames of Python functions lie, and which can overflow.

A program's modules are compiled with the counting put into them: each function adds its frame (frames.py) and takes
it off again. The line numbers stay. What else takes pystack is charged to the frame of the function that calls:
arguments of a bound method kept in an attribute or a variable (py/objboundmeth.c), and of calls with a star
(py/runtime.c). So the count is exact or a few bytes too high, never too low.
"""

from __future__ import annotations

import ast
from itertools import chain
from typing import Any

from chargerctl.simulator.python.frames import aligned, arguments_size, frame_sizes, scope_name
from chargerctl.simulator.python.settings_toml import get_setting

# The counter's name in the program.
COUNTER = "_pystack"
# The variable of a function that keeps what was free before.
BEFORE = "_pystack_before"
WORD = 8
# Arguments that a starred one is taken for.
_STARRED = 8

Function = ast.FunctionDef | ast.AsyncFunctionDef


def budget(version: tuple[int, int, int], settings: bytes) -> int:
    """Bytes of pystack: from the drive's settings.toml, else CircuitPython's default for this version."""
    try:
        size = get_setting(settings, "CIRCUITPY_PYSTACK_SIZE", None)
    except ValueError:
        size = None
    if isinstance(size, int) and size > 0:
        return size
    return 2048 if version >= (10, 0, 0) else 1536


class Pystack:
    """The counter that the program finds under COUNTER.

    It counts words of 8 bytes, to which everything on the pystack is rounded: up to 256 of them CPython has ready-made
    integers, and the count costs a third less.
    """

    __slots__ = ("free",)

    def __init__(self, size: int) -> None:
        self.free = size // WORD

    def exhausted(self) -> None:
        """There is no room for the frame of the function that calls this."""
        raise RuntimeError("pystack exhausted")

    def enter(self, words: int) -> int:
        """Take `words`; what was free before, for `leave`."""
        before = self.free
        if before < words:
            self.exhausted()
        self.free = before - words
        return before

    def leave(self, before: int, value: Any = None) -> Any:
        """Give back what `enter` took; `value`."""
        self.free = before
        return value


def counting(tree: ast.Module, source: bytes) -> tuple[ast.Module, int]:
    """`tree`, parsed from `source`, with the counting put into it, and the frame of the module itself."""
    sizes = frame_sizes(tree, source)
    module_size = sizes.get(tree, 0)
    if sizes:
        tree = Instrument(sizes, kept_callables(tree)).visit(tree)
        ast.fix_missing_locations(tree)
    return tree, module_size


def kept_callables(tree: ast.Module) -> frozenset[str]:
    """Attributes to which this module assigns, and properties: what they hold when called may be a bound method."""
    stored: set[str] = set()
    methods: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            stored.add(node.attr)
        elif isinstance(node, ast.ClassDef):
            for each in node.body:
                if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    (stored if each.decorator_list else methods).add(each.name)
    return frozenset(stored - methods)


class Instrument(ast.NodeTransformer):
    """Puts the counting into a module. `sizes` as of frame_sizes, `kept` as of kept_callables."""

    def __init__(self, sizes: dict[ast.AST, int], kept: frozenset[str]) -> None:
        self._sizes = sizes
        self._kept = kept
        # Names of the function around that are not the module's.
        self._locals: frozenset[str] = frozenset()
        # The most that a call in it takes besides the frame of what it calls.
        self._besides = 0
        # The handlers of exceptions in it.
        self._handlers: list[ast.ExceptHandler] = []

    def _function(self, node: Function) -> ast.AST:
        size = self._sizes[node]
        outer = self._locals, self._besides, self._handlers
        self._locals, self._besides, self._handlers = self._locals | local_names(node), 0, []
        self.generic_visit(node)
        handlers, besides = self._handlers, self._besides
        self._locals, self._besides, self._handlers = outer
        if size:
            docstring = node.body[: ast.get_docstring(node, clean=False) is not None]
            rest = node.body[len(docstring) :] or [ast.Pass()]
            text = f"{self.entering(size + besides, node.name)}\ntry:\n    pass\nfinally:\n    {self.leaving()}\n"
            statements = placed(ast.parse(text).body, node)
            last = statements[-1]
            assert isinstance(last, ast.Try)
            last.body = rest
            node.body = [*docstring, *statements]
            for handler in handlers:
                handler.body[:0] = placed(ast.parse(self.caught(size + besides)).body, handler.body[0])
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = _function  # noqa: N815 - the visitor's names for it

    # What is put in, as text; `size` in bytes.

    def take(self, size: int, name: str) -> str:
        """The expression that takes a frame of the function `name`; its value is for `leave`."""
        return f"{COUNTER}.enter({size // WORD})"

    def entering(self, size: int, name: str) -> str:
        """The statements that do the same, spelled out, since a call costs more than all of them."""
        return (
            f"{BEFORE} = {COUNTER}.free\n"
            f"if {BEFORE} < {size // WORD}:\n"
            f"    {COUNTER}.exhausted()\n"
            f"{COUNTER}.free = {BEFORE} - {size // WORD}"
        )

    def leaving(self) -> str:
        return f"{COUNTER}.free = {BEFORE}"

    def caught(self, size: int) -> str:
        """What an exception ended inside an expression of a function that takes `size` was not given back there."""
        return f"{COUNTER}.free = {BEFORE} - {size // WORD}"

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        self.generic_visit(node)
        self._handlers.append(node)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST | list[ast.AST]:
        # Its names are not those of its methods.
        outer, self._locals = self._locals, frozenset()
        self.generic_visit(node)
        self._locals = outer
        check = f"{COUNTER}.leave({self.take(self._sizes[node], node.name)})"
        return [*placed(ast.parse(check).body, node), node]

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        outer, self._locals = self._locals, self._locals | argument_names(node.args)
        self.generic_visit(node)
        self._locals = outer
        node.body = self.framed(node.body, self._sizes[node], scope_name(node))
        return node

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp) -> ast.AST:
        size = self._sizes[node]
        self.generic_visit(node)
        return self.framed(node, size, scope_name(node))

    visit_ListComp = visit_SetComp = visit_DictComp = _comprehension  # noqa: N815

    def framed(self, expression: ast.expr, size: int, name: str) -> ast.expr:
        """`expression` between taking `size` bytes and giving them back."""
        return between(self.take(size, name), expression) if size else expression

    def visit_Call(self, node: ast.Call) -> ast.AST:
        size = sum(self.call_sizes(node))
        self.generic_visit(node)
        self._besides = max(self._besides, size)
        return node

    def call_sizes(self, node: ast.Call) -> tuple[int, int]:
        """Pystack that the call takes besides the frame of what is called: for stars, and for a bound method in case
        it is one."""
        stars = sum(isinstance(each, ast.Starred) for each in node.args)
        doubles = sum(each.arg is None for each in node.keywords)
        count = len(node.args) + 2 * len(node.keywords)
        starred = aligned(4 * (1 + count + _STARRED * (stars + 2 * doubles))) if stars or doubles else 0
        called = node.func
        if isinstance(called, ast.Attribute):
            bound = called.attr in self._kept
        else:
            bound = not isinstance(called, ast.Name) or called.id in self._locals
        return starred, arguments_size(count + _STARRED * stars) if bound else 0


def local_names(node: Function) -> frozenset[str]:
    """Arguments and variables of a function, with those of what is in it: more does no harm."""
    names = {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
    return argument_names(node.args) | names


def argument_names(arguments: ast.arguments) -> frozenset[str]:
    return frozenset(each.arg for each in ast.walk(arguments) if isinstance(each, ast.arg))


def placed(nodes: list[ast.stmt], at: ast.stmt) -> list[ast.stmt]:
    """The statements, on the line of `at`."""
    for node in chain.from_iterable(map(ast.walk, nodes)):
        if hasattr(node, "lineno"):
            ast.copy_location(node, at)
    return nodes


def between(take: str, expression: ast.expr) -> ast.expr:
    """`expression` between what `take` takes, an expression, and giving that back."""
    call = ast.parse(f"{COUNTER}.leave({take}, None)", mode="eval").body
    assert isinstance(call, ast.Call)
    for node in ast.walk(call):
        if hasattr(node, "lineno"):
            ast.copy_location(node, expression)
    call.args[1] = expression
    return call
