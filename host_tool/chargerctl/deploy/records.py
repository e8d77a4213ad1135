# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The two text files that a deploy writes about itself to the drive; the last line of each is a CRC-32.

`.deploy/commit` lists the steps that turn the old drive into the new one; firmware/boot.py describes them and carries
them out too. `.chargerctl` is the manifest: the files of the last deploy. Both name the pins that must be held safe, for
a board that cannot import the firmware's profiles in the middle of a deploy.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Collection
from dataclasses import dataclass, field

from chargerctl.transport.names import folded, is_staging, problem_of, problem_of_all, shortened

FORMAT = "chargerctl 1"
# How many words come before the path, in lines that end with one.
_BLANKS = {"put": 4, "remove": 1, "file": 3, "edited": 1}
# How many words a line has, with its first. A manifest may have others, of a newer chargerctl.
_WORDS = {
    "move": 3,
    "put": 5,
    "remove": 2,
    "pin": 4,
    "setting": 3,
    "file": 4,
    "version": 2,
    "names": 2,
    "edited": 2,
}
_STEPS = ("move", "put", "remove")
LARGEST_RECORD = 1 << 20  # bytes
MOST_STEPS = 4_000  # of one commit
STAGING = ".deploy"
COMMIT = STAGING + "/commit"
WAIT = STAGING + "/wait"  # the board cannot finish this one alone
MANIFEST = ".chargerctl"

Step = tuple[str, ...]
Pins = dict[str, tuple[str, str]]  # "relay": (name of the board module, level when active)


@dataclass(frozen=True)
class Mark:
    """Size and CRC-32 of a file, to compare contents by."""

    size: int
    crc: int

    @classmethod
    def of(cls, content: bytes) -> Mark:
        return cls(len(content), binascii.crc32(content))

    def words(self) -> Step:
        return str(self.size), f"{self.crc:08x}"

    @classmethod
    def read(cls, size: str, crc: str) -> Mark:
        """Raises DamagedError."""
        if not (re.fullmatch("[0-9]{1,10}", size) and re.fullmatch("[0-9a-f]{8}", crc)):
            raise DamagedError(f"{size} {crc} is no size and CRC-32")
        return cls(int(size), int(crc, 16))


class DamagedError(ValueError):
    """A record was changed after it was written, has another format, or asks for what no deploy asks for."""


@dataclass(frozen=True)
class Commit:
    """The steps of a deploy, in order; see firmware/boot.py. damaged: why they cannot be carried out, "" where they can."""

    steps: list[Step]
    pins: Pins = field(default_factory=dict)
    damaged: str = ""

    def render(self) -> bytes:
        return _sealed([*_pin_lines(self.pins), *self.steps])

    @classmethod
    def read(cls, content: bytes) -> Commit:
        """Raises DamagedError, also for steps that no deploy has: a stranger may have written them."""
        lines = _opened(content)
        steps = [line for line in lines if line[0] != "pin"]
        if len(steps) > MOST_STEPS:
            raise DamagedError(f"it has {len(steps):,} steps, more than any deploy")
        for step in steps:
            _check_step(step)
        _check_paths([step[-1] for step in steps if step[0] == "put"])
        return cls(steps, _pins(lines))


@dataclass(frozen=True)
class Manifest:
    """The files of the last deploy. settings: hashes, for the next merge; names: the key of the identifiers in its .mpy
    files (bytecode/source_record.py), "" where they are those of the sources; edited: modules that the user has put
    on the drive as text.
    """

    files: dict[str, Mark]
    pins: Pins = field(default_factory=dict)
    version: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    names: str = ""
    edited: tuple[str, ...] = ()

    def render(self) -> bytes:
        return _sealed(
            [
                ("version", self.version),
                *((("names", self.names),) if self.names else ()),
                *(("edited", path) for path in self.edited),
                *_pin_lines(self.pins),
                *(("setting", name, value) for name, value in self.settings.items()),
                *(("file", *mark.words(), path) for path, mark in sorted(self.files.items())),
            ]
        )

    @classmethod
    def read(cls, content: bytes) -> Manifest:
        """Raises DamagedError."""
        lines = [line for line in _opened(content) if line[0] in _WORDS]
        files = [line for line in lines if line[0] == "file"]
        names = next((line[1] for line in lines if line[0] == "names"), "")
        edited = tuple(line[1] for line in lines if line[0] == "edited")
        _check_paths([line[3] for line in files])
        _check_paths(edited)
        if not re.fullmatch("([0-9a-f]{64})?", names):  # becomes the name of a file on the laptop
            raise DamagedError("the key of its names is no SHA-256")
        return cls(
            {line[3]: Mark.read(line[1], line[2]) for line in files},
            _pins(lines),
            next((line[1] for line in lines if line[0] == "version"), ""),
            {line[1]: line[2] for line in lines if line[0] == "setting"},
            names,
            edited,
        )


def _check_step(step: Step) -> None:
    """DamagedError for a step that no deploy has."""
    verb, target = step[0], step[-1]
    if not verb:
        raise DamagedError("it has a line without a step")
    if verb not in _STEPS:
        raise DamagedError(f"it has the unknown step {shortened(verb)}")
    if verb == "put":
        Mark.read(step[1], step[2])
    paths = paths_of(step)
    for path in paths:
        problem = problem_of(path)
        if problem is None and path is target and is_staging(path):
            problem = f"is in {STAGING}"
        if problem:
            raise DamagedError(f"{shortened(path)} {problem}")
    if len(set(map(folded, paths))) < len(paths):
        raise DamagedError(f"{shortened(target)} is to be moved to its own place")


def paths_of(step: Step) -> Step:
    """The names in a step: its source, if it has one, and its target."""
    return {"move": step[1:], "put": step[3:]}.get(step[0], step[-1:])


def _check_paths(paths: Collection[str]) -> None:
    if problem := problem_of_all(paths):
        raise DamagedError(problem)


def _pin_lines(pins: Pins) -> list[Step]:
    return [("pin", part, name, level) for part, (name, level) in pins.items()]


def _pins(lines: list[Step]) -> Pins:
    return {line[1]: (line[2], line[3]) for line in lines if line[0] == "pin"}


def _sealed(lines: list[Step]) -> bytes:
    for line in lines:
        if any(" " in word for word in line[:-1]) or any("\n" in word for word in line):
            raise ValueError(f"only a path, the last word of a line, may contain spaces: {line}")
    body = "".join(line + "\n" for line in (FORMAT, *(" ".join(line) for line in lines))).encode()
    return body + b"crc32 %08x\n" % binascii.crc32(body)


def _opened(content: bytes) -> list[Step]:
    """Its lines, in words. Raises DamagedError."""
    body, mark, seal = content.rpartition(b"crc32 ")
    if len(content) > LARGEST_RECORD or not mark or seal != b"%08x\n" % binascii.crc32(body):
        raise DamagedError("its checksum is wrong")
    try:
        first, *lines = body.decode().split("\n")
    except UnicodeDecodeError:
        raise DamagedError("it is not UTF-8") from None
    if first != FORMAT:
        raise DamagedError(f"it was written by another chargerctl ({first[:40]})")
    found = [tuple(line.split(" ", _BLANKS.get(line.split(" ", 1)[0], -1))) for line in lines[:-1]]
    for words in found:
        if len(words) != _WORDS.get(words[0], len(words)):
            raise DamagedError(f"its line {' '.join(words)[:60]!r} has {len(words)} words")
    return found
