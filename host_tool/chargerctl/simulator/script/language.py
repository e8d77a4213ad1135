# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The script language: a text becomes checked statements, or all its errors with file and line.

Nothing runs here. The grammar is the forms of lines.LINES.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from chargerctl.errors import InputError
from chargerctl.files import read_file
from chargerctl.simulator.script.line import Element, Line
from chargerctl.simulator.script.lines import LINES
from chargerctl.simulator.script.values import KINDS, ExpectedError, LineReader, Value
from chargerctl.simulator.script.whom import Whom, read_whom

_LONGEST = 1 << 20  # bytes; the longest of ours has 5000


@dataclass(frozen=True)
class Statement:
    """One line of a script: its number, its text, what carries it out with which keyword arguments, and the column of its
    first word. whom: which chargers of a fleet it is for; None: all, and the only one of `simulate`."""

    line: int
    text: str
    form: Line
    arguments: Mapping[str, Value]
    column: int = 1
    whom: Whom | None = None

    @property
    def needs_central(self) -> bool:
        """Whether it directs a central system, which must be the simulator's own."""
        return self.form.keywords[0] == "csms"


@dataclass(frozen=True)
class Script:
    """A checked script. `name` is what errors and reports call it, `folder` where its pictures go."""

    name: str
    text: str
    folder: Path
    statements: tuple[Statement, ...]

    def refuse_central(self) -> None:
        """Raise ScriptError when a line directs a central system that is not the simulator's own."""
        problems = [
            f"{self.name}:{each.line}: {each.text!r} needs chargerctl's own central system: "
            "leave out --central none"
            for each in self.statements
            if each.needs_central
        ]
        if problems:
            raise ScriptError(problems)


class ScriptError(InputError):
    """The script is wrong: one line a problem."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems), problems=problems)
        self.problems = problems

    def lines(self) -> list[str]:
        return self.problems


def load(path: Path, fleet: bool = False) -> Script:
    """Read and check a script file; its snapshots go beside it. fleet: it is for many chargers.

    Raises ScriptError when it cannot be read, is not UTF-8, or has a wrong line.
    """
    try:
        text = read_file(path, _LONGEST).decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ScriptError([f"{path}: cannot be read: {error.strerror}"]) from None
    except InputError as error:
        raise ScriptError([error.message]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ScriptError(
            [f"{path}:{line}: expected UTF-8 text, found byte 0x{error.object[error.start]:02X}"]
        ) from None
    return parse(text, str(path), path.parent, fleet)


def parse(text: str, name: str, folder: Path, fleet: bool = False) -> Script:
    """Check a whole script. `folder` is what the FILE of a snapshot is relative to. fleet: lines may say which chargers
    they are for, and problems have columns. Raises ScriptError."""
    statements = []
    problems = []
    # Not splitlines(): a JSON string may hold U+2028 and other characters that it would split at.
    for number, line in enumerate(text.split("\n"), 1):
        try:
            statement = parse_line(number, line, folder, fleet)
        except ExpectedError as error:
            column = f":{error.column}" if fleet else ""
            problems.append(f"{name}:{number}{column}: {error}")
        else:
            statements += [statement] if statement else []
    if problems:
        raise ScriptError(problems)
    return Script(name, text, folder, tuple(statements))


def parse_line(number: int, line: str, folder: Path, fleet: bool = False) -> Statement | None:
    """Check one line; None: there is nothing but a comment. Raises ExpectedError."""
    reader = LineReader(line.rstrip("\r"), folder)
    if reader.at_end():
        return None
    whom = read_whom(reader) if fleet else None
    return replace(_statement(number, reader), whom=whom)


def _statement(number: int, reader: LineReader) -> Statement:
    """Read one line that is not empty. Raises ExpectedError."""
    column = reader.column
    form, taken = _recognise(reader)
    arguments: dict[str, Value] = {
        e.name: word for e, word in zip(form.elements, taken, strict=False) if e.name
    }
    rest = form.elements[len(taken) :]
    try:
        for index, element in enumerate(rest):
            if element.optional and not _is_next(reader, element, rest[index + 1 :]):
                continue
            if element.keyword:
                reader.word()
            value = reader.choice(element.words) if element.words else KINDS[element.kind](reader)
            if element.name:
                arguments[element.name] = value
        text = reader.read_so_far()
        if not reader.at_end():
            raise ExpectedError("the end of the line", reader)
    except ExpectedError as error:
        raise error.in_form(form.usage) from None
    return Statement(number, text, form, arguments, column)


def _recognise(reader: LineReader) -> tuple[Line, list[str]]:
    """Find the only form that a line can be, by its first words; return it and those words."""
    candidates = LINES
    taken: list[str] = []
    while len(candidates) > 1:
        position = len(taken)
        known = dict.fromkeys(word for form in candidates for word in form.elements[position].words)
        word = reader.choice(tuple(known))
        candidates = tuple(form for form in candidates if word in form.elements[position].words)
        taken.append(word)
    return candidates[0], taken


def _is_next(reader: LineReader, element: Element, later: tuple[Element, ...]) -> bool:
    """Whether an element that may be left out is there."""
    if reader.at_end():
        return False
    word = reader.peek()
    if element.keyword:
        return word == element.keyword
    return all(word != other.keyword for other in later)
