# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Entries on a terminal, coloured by subsystem, or in a pipe, plain; or nothing but what the board wrote."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence

from rich.console import Console
from rich.text import Text

from chargerctl.monitor.entries import BoardLine, Entry, Failed, Note, Started
from chargerctl.monitor.text import clock, sign

_STYLES = {
    "boot": "bold yellow",
    "card": "magenta",
    "config": "yellow",
    "display": "blue",
    "loop": "red",
    "memory": "blue",
    "meter": "bright_cyan",
    "mqtt": "green",
    "ntp": "cyan",
    "ocpp": "bright_blue",
    "relay": "bold bright_magenta",
    "safety": "bold red",
    "state": "bold white",
    "store": "yellow",
    "wifi": "bright_green",
}
_AT_ONCE = 200  # entries: printing one by one takes long, printing all delays Ctrl-C
# For the subsystems of other programs.
_OTHERS = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_green")
_MARKS = {"connected": "green", "lost": "bold yellow", "dropped": "bold yellow"}


def style_of(tag: str) -> str:
    return _STYLES.get(tag) or _OTHERS[zlib.crc32(tag.encode()) % len(_OTHERS)]


def styled(entry: Entry) -> Text:
    """The entry as it is shown on a terminal, without the last line's end."""
    if isinstance(entry, BoardLine):
        line = _head(entry)
        begin = len(line)
        line.append(entry.text)
        if entry.said.tag and not entry.continues:
            tag_at = begin + entry.text.index("] ") + 2
            line.stylize("dim", begin, tag_at)
            line.stylize(style_of(entry.said.tag), tag_at, tag_at + len(entry.said.tag))
        return line
    return Text("\n").join(_head(entry).append(line, _mark_style(entry)) for line in entry.lines)


def _head(entry: Entry) -> Text:
    return Text.assemble((clock(entry.at), "dim"), f" {sign(entry)} ")


def _mark_style(entry: Entry) -> str:
    if isinstance(entry, Failed):
        return "bold red"
    if isinstance(entry, Started):
        return "bold yellow"
    return _MARKS.get(entry.kind, "bold") if isinstance(entry, Note) else ""


class Screen:
    """Lines and marks on a console of rich."""

    def __init__(self, out: Console, shows: Callable[[Entry], bool]) -> None:
        self._out = out
        self._shows = shows

    def show(self, entries: Iterable[Entry]) -> None:
        shown = [styled(entry) for entry in entries if self._shows(entry)]
        for start in range(0, len(shown), _AT_ONCE):
            self._out.print(Text("\n").join(shown[start : start + _AT_ONCE]), soft_wrap=True)


class RawScreen:
    """What the board wrote, as it wrote it, and nothing else; `note` gets the marks."""

    def __init__(self, out: Console, shows: Callable[[Entry], bool], note: Callable[[str], object]) -> None:
        self._out = out
        self._shows = shows
        self._note = note
        self._in_line = False

    def show(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if not self._shows(entry):
                continue
            if not isinstance(entry, BoardLine):
                self._note(entry.lines[0])
                continue
            if self._in_line and not entry.continues:
                self._out.print()
            self._in_line = not entry.ended
            self._out.print(Text(entry.text), end="\n" if entry.ended else "", soft_wrap=True)
