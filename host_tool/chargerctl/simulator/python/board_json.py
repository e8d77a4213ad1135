# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""JSON as CircuitPython reads and writes it, with its tolerances and its losses.

Reading: commas and colons may be missing or doubled, depth is limited by memory only, NaN is not a value, the order
of keys is lost.
Writing: seven digits of a float, nan and inf as they are, no TypeError: what JSON does not have is written as its repr.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable
from typing import Any

from chargerctl.simulator.python.floats import board_float

_NUMBER = re.compile(rb"[-+0-9.eE]+")
_SPACE = b" \t\n\r\v\f,:"
_LITERALS = {ord("n"): (b"null", None), ord("t"): (b"true", True), ord("f"): (b"false", False)}
_SPECIAL = re.compile(r'["\\\x00-\x1f]')
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPES = {ord("b"): "\b", ord("f"): "\f", ord("n"): "\n", ord("r"): "\r", ord("t"): "\t"}


def _shuffled(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A dict in the order of a hash table: repeatable, and neither sorted nor as written."""
    values = dict(pairs)
    if len(values) < 2:
        return values
    return {
        key: values[key] for key in sorted(values, key=lambda key: zlib.crc32(key.encode("utf-8", "replace")))
    }


def _no_constant(name: str) -> Any:
    raise ValueError("syntax error in JSON")


# For what is proper JSON and not too deep, the standard library does the same and is much faster.
_STRICT = json.JSONDecoder(
    object_pairs_hook=_shuffled,
    parse_float=lambda text: board_float(float(text)),
    parse_constant=_no_constant,
    strict=False,
)


def loads(source: str | bytes | bytearray | memoryview) -> Any:
    """Raises ValueError for what a board does not accept either, UnicodeError for bad UTF-8 in a string."""
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else bytes(source)
    try:
        return _STRICT.decode(raw.decode())
    except (ValueError, RecursionError):
        return _Reader(raw).read()


class _Reader:
    """CircuitPython's own algorithm: a stack instead of recursion, separators skipped like blanks."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self) -> Any:
        stack: list[tuple[Any, list[Any]]] = []
        while True:
            byte = self._skip()
            if byte in b"[{":
                self._at += 1
                stack.append((byte == ord("{"), []))
                continue
            if byte in b"]}":
                if not stack or stack[-1][0] != (byte == ord("}")):
                    raise _syntax_error()
                self._at += 1
                is_object, items = stack.pop()
                value: Any = self._object(items) if is_object else items
            else:
                value = self._scalar(byte)
            if not stack:
                break
            stack[-1][1].append(value)
        if self._data[self._at :].strip(b" \t\n\r\v\f"):
            raise _syntax_error()
        return value

    @staticmethod
    def _object(items: list[Any]) -> dict[str, Any]:
        if len(items) % 2 or not all(isinstance(key, str) for key in items[::2]):
            raise _syntax_error()
        return _shuffled(list(zip(items[::2], items[1::2], strict=True)))

    def _skip(self) -> int:
        while self._at < len(self._data) and self._data[self._at] in _SPACE:
            self._at += 1
        if self._at >= len(self._data):
            raise _syntax_error()
        return self._data[self._at]

    def _scalar(self, byte: int) -> Any:
        if byte in _LITERALS:
            text, value = _LITERALS[byte]
            if not self._data.startswith(text, self._at):
                raise _syntax_error()
            self._at += len(text)
            return value
        if byte == ord('"'):
            return self._string()
        match = _NUMBER.match(self._data, self._at)
        if match is None or byte not in b"-0123456789":
            raise _syntax_error()
        self._at = match.end()
        text = match.group()
        try:
            return board_float(float(text)) if re.search(rb"[.eE]", text) else int(text)
        except ValueError:
            raise _syntax_error() from None

    def _string(self) -> str:
        value = bytearray()
        self._at += 1
        while True:
            byte = self._next()
            if byte == ord('"'):
                break
            if byte != ord("\\"):
                value.append(byte)
                continue
            byte = self._next()
            if byte == ord("u"):
                digits = self._data[self._at : self._at + 4]
                self._at += 4
                try:
                    value += chr(int(digits, 16)).encode("utf-8", "surrogatepass")
                except ValueError:
                    raise _syntax_error() from None
            else:
                value += _ESCAPES.get(byte, chr(byte)).encode("latin-1")
        try:
            return value.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise UnicodeError("Invalid UTF-8") from None

    def _next(self) -> int:
        if self._at >= len(self._data):
            raise _syntax_error()
        self._at += 1
        return self._data[self._at - 1]


def _syntax_error() -> ValueError:
    return ValueError("syntax error in JSON")


def dumps(value: Any, separators: tuple[str, str] = (", ", ": ")) -> str:
    return "".join(_pieces(value, *separators))


def _pieces(value: Any, comma: str, colon: str) -> Iterable[str]:
    if isinstance(value, str):
        yield _quoted(value)
    elif value is None or value is True or value is False:
        yield {None: "null", True: "true", False: "false"}[value]
    elif isinstance(value, float):
        yield _number(value)
    elif isinstance(value, dict):
        yield "{"
        for position, (key, item) in enumerate(value.items()):
            yield comma if position else ""
            text = "".join(_pieces(key, comma, colon))
            yield text if isinstance(key, str) else f'"{text}"'
            yield colon
            yield from _pieces(item, comma, colon)
        yield "}"
    elif isinstance(value, (list, tuple)):
        yield "["
        for position, item in enumerate(value):
            yield comma if position else ""
            yield from _pieces(item, comma, colon)
        yield "]"
    else:
        yield str(value)


def _number(value: float) -> str:
    text = format(board_float(value), ".7g")
    return text if any(letter in text for letter in ".ein") else text + ".0"


def _quoted(text: str) -> str:
    return '"' + _SPECIAL.sub(lambda match: _ESCAPED.get(match[0], f"\\u{ord(match[0]):04x}"), text) + '"'
