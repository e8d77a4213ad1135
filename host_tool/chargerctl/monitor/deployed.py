# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Finds the places of a traceback in the sources that were deployed, also from .mpy files with replaced names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from chargerctl.deploy.bytecode.source_record import SourceRecord
from chargerctl.deploy.bytecode.translate import translated
from chargerctl.deploy.image import firmware_image
from chargerctl.monitor.events import Traceback

_FRAME = re.compile(r'  File "([^"]*)", line (\d+), in (.*)')
_NO_NAME = "<module>"


@dataclass(frozen=True, slots=True)
class Place:
    """One frame of a traceback. source: the text of the line, "" where it is not known."""

    path: str
    line: int
    name: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Located:
    """A traceback in the names of the sources; the last place is where the error was raised."""

    places: tuple[Place, ...]
    error: str

    @property
    def summary(self) -> str:
        last = self.places[-1]
        return f"{last.path}:{last.line} in {last.name}: {self.error or 'error'}"


class Deployed:
    """names: {identifier in the source: on the board}; sources(): {path: text} of what is on it."""

    def __init__(self, names: Mapping[str, str], sources: Callable[[], Mapping[str, str]]) -> None:
        self._names = names
        self._read_sources = sources

    @cached_property
    def _sources(self) -> dict[str, list[str]]:
        return {path: text.splitlines() for path, text in self._read_sources().items()}

    def located(self, traceback: Traceback) -> Located:
        lines = [
            f'  File "{frame.path}", line {frame.line}, in {frame.name or _NO_NAME}'
            for frame in traceback.frames
        ]
        *lines, error = translated("\n".join([*lines, traceback.error]) + "\n", self._names).split("\n")[:-1]
        return Located(tuple(self._place(line) for line in lines), error)

    def _place(self, line: str) -> Place:
        found = _FRAME.fullmatch(line)
        assert found is not None  # as it was written above
        # code.py and what has no names to replace comes back as it was.
        path = re.sub(r"\.mpy$", ".py", found[1]).lstrip("/")
        number = int(found[2])
        text = self._sources.get(path, [])
        source = text[number - 1].strip() if 0 < number <= len(text) else ""
        return Place(path, number, found[3], source)


def last_deploy(record: SourceRecord) -> Deployed:
    """As this laptop has deployed last: for a board whose files cannot be read meanwhile."""

    def sources() -> dict[str, str]:
        shipped = {path: content.decode(errors="replace") for path, content in firmware_image().items()}
        return shipped | record.newest_sources()

    return Deployed(record.latest_names() or {}, sources)
