# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads a settings file with the place of each item in it, and goes on after a mistake.

tomli parses each statement on its own, because it stops at the first error and keeps no positions. This module does
not know which settings exist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli

from chargerctl.errors import InputError
from chargerctl.files import read_file
from chargerctl.settings.problems import Place, Problem

LONGEST = 65536  # bytes; a settings file with everything in it has about 5000

# No part may take what its neighbour takes: in a line of thousands of blanks the parts would try every way to share them.
_KEY = re.compile(r"""[ \t]*(?![ \t])((?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[^"'=#\n])+)=[ \t]*""")
_OPENERS = ('"""', "'''", "[", "{")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # what surrogateescape makes of such bytes
_MOST_LINES = 50  # of one value

# tomli's message -> what to do, and whether to report the start of the value instead of where the parser stopped.
_REMEDIES = {
    "Unterminated string": ("the closing quote is missing", True),
    'Expected "\'"': ("the closing quote is missing", True),
    "Expected '='": ("must be NAME = VALUE", False),
    "Expected newline": ("only a comment may follow a value or a [section]", False),
    "Escaped character": ("is not a character: \\ud800 to \\udfff are not allowed", False),
    "Unescaped": ('a backslash in double quotes is written "\\\\"', False),
    "Invalid hex": ("must be \\u and 4, or \\U and 8 hex digits", False),
    "Illegal character": ("has a control character", False),
    "Found invalid character": ("has a control character", False),
    "Expected ']'": ("the closing ] is missing", False),
    "Unclosed": ("the closing bracket is missing", True),
    "Invalid statement": ("must be NAME = VALUE, a [section] or a comment", False),
    "Cannot declare": ("this section is already above", False),
    "Cannot overwrite": ("this name is already above", False),
}


@dataclass(frozen=True)
class Item:
    """One `key = value` with the names of the tables around it, its place, and its last line (from 1)."""

    path: tuple[str, ...]
    value: Any
    name_at: Place
    value_at: Place
    end: int


@dataclass
class TomlFile:
    """The content of a file.

    broken: paths of statements whose value cannot be read; they count as given. unread: the file as a whole, or a part
    of it, cannot be read. continued: lines (from 1) that belong to a statement above them.
    """

    label: str
    items: list[Item] = field(default_factory=list)
    headers: dict[tuple[str, ...], Place] = field(default_factory=dict)
    broken: set[tuple[str, ...]] = field(default_factory=set)
    unread: bool = False
    continued: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def place(self, line: int, column: int) -> Place:
        return Place(self.label, line, column)

    def complain(self, line: int, column: int, message: str) -> None:
        self.problems.append(Problem(self.place(line, column), message))


def read_bytes(path: Path) -> bytes:
    """The file's content; InputError if it cannot be read."""
    try:
        return read_file(path, 1 << 24)  # parse() refuses what is longer than a settings file
    except FileNotFoundError:
        raise InputError(f"{path}: file not found; `chargerctl init` writes one") from None


def parse(data: bytes, label: str) -> TomlFile:
    """Every statement and every mistake of a settings file."""
    found = TomlFile(label)
    text = _decoded(data, found)
    if text is None:
        found.unread = True
        return found
    lines = text.split("\n")
    number = 0
    section: tuple[str, ...] = ()
    while number < len(lines):
        line = lines[number]
        start, number = number, number + 1
        if "\r" in line:
            found.unread = True
            found.complain(
                start + 1, line.index("\r") + 1, "has a bare carriage return: save it with LF line ends"
            )
        elif line.lstrip(" \t").startswith("["):
            section = _header(line, start + 1, section, found)
        elif line.strip(" \t") and not line.lstrip(" \t").startswith("#"):
            number = _statement(lines, start, section, found)
            found.continued.update(range(start + 2, number + 1))
    if not found.problems:
        _parse_whole(text, found)
    return found


def _loads(text: str) -> dict[str, Any]:
    """tomli.loads, with TOMLDecodeError instead of its other exceptions, too."""
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError:
        raise
    except RecursionError:
        raise tomli.TOMLDecodeError("is nested too deeply", text, 0) from None
    except ValueError:
        raise tomli.TOMLDecodeError("has a number that is too long", text, 0) from None


def _decoded(data: bytes, found: TomlFile) -> str | None:
    if len(data) > LONGEST:
        found.complain(1, 1, f"has {len(data)} bytes: a settings file has at most {LONGEST}")
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        found.complain(1, 1, "is UTF-16: save it as UTF-8")
        return None
    if data.startswith(b"\xef\xbb\xbf"):
        found.complain(1, 1, "starts with a byte-order mark: save it as UTF-8 without BOM")
        data = data[3:]
    text = data.replace(b"\r\n", b"\n").decode(errors="surrogateescape")
    for number, line in enumerate(text.split("\n"), 1):
        stray = _NOT_UTF8.search(line)
        if stray:
            found.complain(number, stray.start() + 1, "is not UTF-8: save the file as UTF-8")
    return _NOT_UTF8.sub("\ufffd", text)


def _header(line: str, number: int, section: tuple[str, ...], found: TomlFile) -> tuple[str, ...]:
    """The section that a `[header]` opens; `section`, the one before it, if the header cannot be read."""
    try:
        table: Any = _loads(line)
    except tomli.TOMLDecodeError as error:
        found.complain(number, error.colno, _remedy(error)[0])
        guess = re.match(r"[\[ \t]*([\w-]+)", line)
        return (guess[1],) if guess else section
    path: tuple[str, ...] = ()
    while isinstance(table, dict) and table:
        name, table = next(iter(table.items()))
        path += (name,)
    column = line.index("[") + 1
    if isinstance(table, list):
        found.complain(
            number, column, f"[[{'.'.join(path)}]] is an array of tables: write [{'.'.join(path)}]"
        )
    elif path in found.headers:
        found.complain(
            number, column, f"[{'.'.join(path)}] is already in line {found.headers[path].line}: merge the two"
        )
    else:
        found.headers[path] = found.place(number, column)
    return path


def _statement(lines: list[str], start: int, section: tuple[str, ...], found: TomlFile) -> int:
    """Read the `key = value` that starts in lines[start]; return the index of the line after it."""
    match = _KEY.match(lines[start])
    after = lines[start][match.end() :] if match else ""
    name_at = found.place(start + 1, len(lines[start]) - len(lines[start].lstrip(" \t")) + 1)
    value_at = found.place(start + 1, match.end() + 1) if match else name_at
    end, first_error = start + 1, None
    while True:
        try:
            table = _loads("\n".join(lines[start:end]))
        except tomli.TOMLDecodeError as error:
            first_error = first_error or error
            at_end = error.pos >= len(error.doc)  # if not, more lines do not help
            if at_end and after.startswith(_OPENERS) and end < min(len(lines), start + _MOST_LINES):
                end += 1
                continue
            message, at_value = _remedy(first_error, after)
            path = section + _path(match[1]) if match and _path(match[1]) else ()
            found.broken.add(path)
            column = value_at.column if at_value and match else first_error.colno
            prefix = ".".join(path) + ": " if path else ""
            found.complain(start + first_error.lineno, column, prefix + message)
            return _after_open_text(lines, start) if after.startswith(_OPENERS[:2]) else start + 1
        found.items += _flatten(section, table, name_at, value_at, end)
        return end


def _after_open_text(lines: list[str], start: int) -> int:
    """Where to go on after a multi-line text without an end: at the next section, since the lines before may be text."""
    return next((i for i in range(start + 1, len(lines)) if lines[i].startswith("[")), len(lines))


def _flatten(
    path: tuple[str, ...], table: dict[str, Any], name_at: Place, value_at: Place, end: int
) -> list[Item]:
    items = []
    for name, value in table.items():
        if isinstance(value, dict) and value:
            items += _flatten((*path, name), value, name_at, value_at, end)
        else:
            items.append(Item((*path, name), value, name_at, value_at, end))
    return items


def _path(key: str) -> tuple[str, ...]:
    try:
        table: Any = _loads(f"{key} = 0")
    except tomli.TOMLDecodeError:
        return ()  # do not repeat it: it may be part of a value
    path: tuple[str, ...] = ()
    while isinstance(table, dict):
        name, table = next(iter(table.items()))
        path += (name,)
    return path


def _remedy(error: tomli.TOMLDecodeError, value: str = "") -> tuple[str, bool]:
    """What to do about an error, and whether to report the place of the value; value: the text after the `=`."""
    bare = value.partition("#")[0].strip()
    if re.fullmatch(r"[+-]?0\d+", bare):
        return "a number must not begin with 0", True
    if bare.lower() in ("true", "false", "yes", "no", "on", "off"):
        return "must be true or false, in small letters", True
    unquoted = bare and bare[0] not in "\"'[{"
    if error.msg == "Invalid value" and not bare:
        return "has no value", True
    if error.msg == "Invalid value" or (unquoted and error.msg.startswith("Expected newline")):
        return "text goes in double quotes; only numbers, true and false go without", True
    for beginning, remedy in _REMEDIES.items():
        if error.msg.startswith(beginning):
            return remedy
    return error.msg[0].lower() + error.msg[1:], False


def _parse_whole(text: str, found: TomlFile) -> None:
    """Find mistakes that only the whole text shows, except for repeated names, which from_bytes() reports."""
    seen: dict[tuple[str, ...], Item] = {}
    for item in found.items:
        if item.path in seen:
            return
        seen[item.path] = item
    try:
        _loads(text)
    except tomli.TOMLDecodeError as error:
        found.complain(error.lineno, error.colno, _remedy(error)[0])
