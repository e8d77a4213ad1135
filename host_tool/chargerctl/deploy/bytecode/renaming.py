# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Replaces identifiers in a Python source, token by token: line numbers do not change."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

_TOKEN = re.compile(
    r"""
    (?P<comment> \#[^\n]*)
  | (?P<prefix> [A-Za-z]{0,2}) (?P<quote> \"\"\" | ''' | " | ')
  | (?P<number> \d[\w.]*)
  | (?P<name> [^\W\d]\w*)
    """,
    re.VERBOSE,
)
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


class RenamingError(Exception):
    """Names in this source cannot be replaced without changing what it does."""


def renamed(source: str, names: Mapping[str, str]) -> str:
    """The source with each identifier that is a key of `names` replaced by its value, in f-strings too.

    Strings, comments and the path of an imported module stay. Raises RenamingError where the result is not the same
    program with other names; SyntaxError where the source is not Python.
    """
    before = ast.parse(source)
    found = "".join(names.get(text, text) if is_name else text for text, is_name in _words(source))
    try:
        after = ast.parse(found)
    except SyntaxError:
        raise RenamingError("is not valid Python after its names were replaced") from None
    if _shape(after, {}) != _shape(before, names):
        raise RenamingError("is a different program after its names were replaced")
    return found


def _words(source: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and for each whether it is an identifier (or a keyword)."""
    position = 0
    while match := _TOKEN.search(source, position):
        yield source[position : match.start()], False
        position = match.end()
        if match["quote"]:
            end = _string_end(source, position, match["quote"])
            if "f" in match["prefix"].lower():
                yield match.group(), False
                yield from _words_of_format(source[position:end])
            else:
                yield source[match.start() : end], False
            position = end
        else:
            yield match.group(), match["name"] is not None
    yield source[position:], False


def _string_end(source: str, start: int, quote: str) -> int:
    """The position after the string whose text begins at `start`; even raw strings cannot end in a single backslash."""
    position = start
    while not source.startswith(quote, position):
        position += 2 if source.startswith("\\", position) else 1
        if position >= len(source):
            raise RenamingError("has a string that does not end")
    return position + len(quote)


def _words_of_format(text: str) -> Iterator[tuple[str, bool]]:
    """The text of an f-string: the part in braces is Python, up to a format or a conversion."""
    position = 0
    while (brace := text.find("{", position)) >= 0:
        if text.startswith("{{", brace):
            yield text[position : brace + 2], False
            position = brace + 2
            continue
        yield text[position : brace + 1], False
        end = _expression_end(text, brace + 1)
        yield from _words(text[brace + 1 : end])
        position = end
    yield text[position:], False


def _expression_end(text: str, start: int) -> int:
    depth, position = 0, start
    while position < len(text):
        character = text[position]
        if depth == 0 and (character in "}:" or (character == "!" and not text.startswith("!=", position))):
            return position
        if character in "\"'":
            position = _string_end(text, position + 1, character)
            continue
        depth += _BRACKETS.get(character, 0)
        position += 1
    raise RenamingError("has an f-string that does not end")


def _shape(tree: ast.AST, names: Mapping[str, str]) -> object:
    """The program as nested tuples, without positions and with identifiers replaced."""
    if isinstance(tree, ast.ImportFrom):
        inside = tuple(_shape(alias, names) for alias in tree.names)
        return "ImportFrom", tree.module, inside, tree.level
    if isinstance(tree, ast.Import):
        return "Import", tuple((each.name, _identifier(each.asname, names)) for each in tree.names)
    if isinstance(tree, ast.Constant):
        return "Constant", type(tree.value), repr(tree.value)
    return (
        type(tree).__name__,
        *(
            (field, _shapes(value, names))
            for field, value in ast.iter_fields(tree)
            if field != "type_comment"
        ),
    )


def _shapes(value: object, names: Mapping[str, str]) -> object:
    if isinstance(value, ast.AST):
        return _shape(value, names)
    if isinstance(value, list):
        return tuple(_shapes(each, names) for each in value)
    return _identifier(value, names)


def _identifier(value: object, names: Mapping[str, str]) -> object:
    return names.get(value, value) if isinstance(value, str) else value
