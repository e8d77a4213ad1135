# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The script language: a text becomes checked statements, or all its errors with file and line.

Nothing runs here. LANGUAGE is the whole grammar; the runner has one method for each of its lines.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chargerctl.errors import InputError
from chargerctl.simulator.script.values import KINDS, ExpectedError, LineReader, Value, read

# One line for every form of statement: keywords, `name:KIND` for an argument, [what may be left out].
# A KIND is a choice of words or a name that script_values knows.
LANGUAGE = (
    "plug",
    "unplug",
    "swipe uid:UID [hold:HOLD]",
    "press switch:estop|service",
    "release switch:estop|service",
    "meter kilowatts:KILOWATTS",
    "wait seconds:SECONDS",
    "ntp how:up|silent|unsynchronised|foreign|kiss",
    "ntp wrong seconds:±SECONDS",
    "wifi state:down|up",
    "broker state:down|up",
    "power state:off|on",
    "reset",
    "brownout",
    "fail part:display|reader|led|meter",
    "repair part:display|reader|led|meter",
    "csms answer action:ACTION payload:JSON [count:COUNT|always]",
    "csms error action:ACTION code:CODE [count:COUNT|always]",
    "csms silent action:ACTION [count:COUNT|always]",
    "csms delay action:ACTION seconds:SECONDS [count:COUNT|always]",
    "csms duplicate action:ACTION [count:COUNT|always]",
    "csms call action:ACTION [payload:JSON]",
    "csms raw payload:TEXT|hex:…",
    "expect relay state:open|closed [within within:SECONDS]",
    "expect lock state:locked|unlocked [within within:SECONDS]",
    "expect led colour:RRGGBB [within within:SECONDS]",
    "expect display text:TEXT [within within:SECONDS]",
    "expect status status:STATUS [within within:SECONDS]",
    "expect kind:call|result|error direction:in|out action:ACTION [payload:JSON] [within within:SECONDS]",
    "expect no kind:call|result|error direction:in|out action:ACTION for seconds:SECONDS",
    "expect console text:TEXT [within within:SECONDS]",
    "snapshot file:FILE.png",
)


@dataclass(frozen=True)
class Statement:
    """One line of a script: `name` is the runner's method, `arguments` its keyword arguments."""

    line: int
    text: str
    name: str
    arguments: Mapping[str, Value]

    @property
    def is_central(self) -> bool:
        """Whether this line is one that only our own central system can obey."""
        return self.name.startswith("csms_")


@dataclass(frozen=True)
class Script:
    """A checked script. `name` is what errors and reports call it, `folder` where its pictures go."""

    name: str
    text: str
    folder: Path
    statements: tuple[Statement, ...]

    def refuse_central(self) -> None:
        """Raise ScriptError when a line asks for a central system that is not ours to direct."""
        problems = [
            f"{self.name}:{each.line}: expected a line for the charger, found {each.text!r}: "
            "csms lines need the central system that chargerctl brings along"
            for each in self.statements
            if each.is_central
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


def load(path: Path) -> Script:
    """Read and check a script file; its snapshots go beside it.

    Raises ScriptError when it cannot be read, is not UTF-8, or has a wrong line.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ScriptError([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ScriptError(
            [f"{path}:{line}: expected UTF-8 text, found byte 0x{error.object[error.start]:02X}"]
        ) from None
    return parse(text, str(path), path.parent)


def parse(text: str, name: str, folder: Path) -> Script:
    """Check a whole script. `folder` is what the FILE of a snapshot is relative to. Raises ScriptError."""
    statements = []
    problems = []
    # Not splitlines(): a JSON string may hold U+2028 and other characters that it would split at.
    for number, line in enumerate(text.split("\n"), 1):
        reader = LineReader(line.rstrip("\r"), folder)
        try:
            if not reader.at_end():
                statements.append(_statement(number, reader))
        except ExpectedError as error:
            problems.append(f"{name}:{number}: {error}")
    if problems:
        raise ScriptError(problems)
    return Script(name, text, folder, tuple(statements))


@dataclass(frozen=True)
class _Element:
    """One word of a form: a keyword (no name), or an argument, perhaps optional and with its own keyword."""

    name: str
    kind: str
    optional: bool = False
    keyword: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The only words it can be; empty where its kind reads a value."""
        return () if self.kind in KINDS else tuple(self.kind.split("|"))


@dataclass(frozen=True)
class _Form:
    name: str
    usage: str
    elements: tuple[_Element, ...]


_ELEMENT = re.compile(
    r"\[(?:(?P<keyword>\w+) )?(?P<option>\w+):(?P<of>[^]]+)\]|(?:(?P<name>\w+):)?(?P<kind>\S+)"
)


def _form(pattern: str) -> _Form:
    elements = []
    for match in _ELEMENT.finditer(pattern):
        if match["option"]:
            elements.append(_Element(match["option"], match["of"], True, match["keyword"] or ""))
        else:
            elements.append(_Element(match["name"] or "", match["kind"]))
    keywords = itertools.takewhile(lambda element: not element.name, elements)
    usage = re.sub(r"\b[a-z]+:(?=[^…\s])", "", pattern)
    return _Form("_".join(element.kind for element in keywords), usage, tuple(elements))


_FORMS = tuple(_form(pattern) for pattern in LANGUAGE)


# Every form as a person writes it.
USAGES = tuple(form.usage for form in _FORMS)


def _statement(number: int, reader: LineReader) -> Statement:
    """Read one line that is not empty. Raises ExpectedError."""
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
            value = reader.choice(element.words) if element.words else read(element.kind, reader)
            if element.name:
                arguments[element.name] = value
        text = reader.read_so_far()
        if not reader.at_end():
            raise ExpectedError("the end of the line", reader)
    except ExpectedError as error:
        raise error.in_form(form.usage) from None
    return Statement(number, text, form.name, arguments)


def _recognise(reader: LineReader) -> tuple[_Form, list[str]]:
    """Find the only form that a line can be, by its first words; return it and those words."""
    candidates = _FORMS
    taken: list[str] = []
    while len(candidates) > 1:
        position = len(taken)
        known = dict.fromkeys(word for form in candidates for word in form.elements[position].words)
        word = reader.choice(tuple(known))
        candidates = tuple(form for form in candidates if word in form.elements[position].words)
        taken.append(word)
    return candidates[0], taken


def _is_next(reader: LineReader, element: _Element, later: tuple[_Element, ...]) -> bool:
    """Whether an element that may be left out is there."""
    if reader.at_end():
        return False
    word = reader.peek()
    if element.keyword:
        return word == element.keyword
    return all(word != other.keyword for other in later)
