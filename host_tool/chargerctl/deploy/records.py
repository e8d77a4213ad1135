# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The two text files that a deploy writes about itself to the drive; the last line of each is a CRC-32.

`.deploy/commit` lists the steps that turn the old drive into the new one; firmware/boot.py describes them and carries
them out too. `.chargerctl` is the manifest: the files of the last deploy. Both name the pins that must be held safe, for
a board that cannot import the firmware's profiles in the middle of a deploy.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field

FORMAT = "chargerctl 1"
# How many words come before the path, in lines that end with one.
_BLANKS = {"put": 4, "remove": 1, "file": 3}
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
        return cls(int(size), int(crc, 16))


class DamagedError(ValueError):
    """A record was changed after it was written, or has another format."""


@dataclass(frozen=True)
class Commit:
    """The steps of a deploy, in order; see firmware/boot.py."""

    steps: list[Step]
    pins: Pins = field(default_factory=dict)

    def render(self) -> bytes:
        return _sealed([*_pin_lines(self.pins), *self.steps])

    @classmethod
    def read(cls, content: bytes) -> Commit:
        """Raises DamagedError."""
        lines = _opened(content)
        return cls([line for line in lines if line[0] != "pin"], _pins(lines))


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
        lines = _opened(content)
        return cls(
            {line[3]: Mark.read(line[1], line[2]) for line in lines if line[0] == "file"},
            _pins(lines),
            next((line[1] for line in lines if line[0] == "version"), ""),
            {line[1]: line[2] for line in lines if line[0] == "setting"},
            next((line[1] for line in lines if line[0] == "names"), ""),
            tuple(line[1] for line in lines if line[0] == "edited"),
        )


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
    body, mark, seal = content.rpartition(b"crc32 ")
    if not mark or seal != b"%08x\n" % binascii.crc32(body):
        raise DamagedError("damaged")
    first, *lines = body.decode(errors="replace").split("\n")
    if first != FORMAT:
        raise DamagedError(f"written by another chargerctl ({first})")
    return [tuple(line.split(" ", _BLANKS.get(line.split(" ")[0], -1))) for line in lines[:-1]]
