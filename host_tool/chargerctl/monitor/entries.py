# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a monitor shows: the lines of the board, and marks of its own between them, each with the laptop's time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from chargerctl.monitor.deployed import Located
from chargerctl.monitor.events import Said, Start


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A line as the board wrote it, secrets masked and control characters visible. ended, continues: as in lines.py."""

    at: float
    said: Said
    ended: bool = True
    continues: bool = False

    @property
    def text(self) -> str:
        return self.said.text

    def as_json(self) -> dict[str, Any]:
        value: dict[str, Any] = {"kind": "line", "text": self.said.text}
        if self.said.board_s is not None:
            value |= {"tag": self.said.tag, "board_s": self.said.board_s}
        if not self.ended:
            value["unfinished"] = True
        if self.continues:
            value["continues"] = True
        return value


@dataclass(frozen=True, slots=True)
class Started:
    """The board has started."""

    at: float
    start: Start

    @property
    def lines(self) -> list[str]:
        start = self.start
        if start.reason:
            text = f"board started: firmware {start.firmware} on {start.board}, reset: {start.reason}"
        else:
            text = "board restarted: its clock began anew"
        ran = "" if start.ran_s is None else f"; before that it ran for {start.ran_s:.0f} s"
        return [text + ran]

    def as_json(self) -> dict[str, Any]:
        start = self.start
        about = {
            "reason": start.reason,
            "firmware": start.firmware,
            "board": start.board,
            "ran_s": start.ran_s,
        }
        return {"kind": "start", **{name: value for name, value in about.items() if value not in (None, "")}}


@dataclass(frozen=True, slots=True)
class Failed:
    """A traceback has ended."""

    at: float
    located: Located

    @property
    def lines(self) -> list[str]:
        located = self.located
        places = [f"{place.path}:{place.line}" for place in located.places]
        width = max(map(len, places))
        shown = [
            f"  {where:{width}}  in {place.name}{f': {place.source}' if place.source else ''}"
            for where, place in zip(places, located.places, strict=True)
        ]
        return [f"traceback: {located.summary}", *shown]

    def as_json(self) -> dict[str, Any]:
        frames = [
            {"file": place.path, "line": place.line, "name": place.name, "source": place.source}
            for place in self.located.places
        ]
        return {"kind": "traceback", "error": self.located.error, "frames": frames}


@dataclass(frozen=True, slots=True)
class Note:
    """Something else that the monitor reports; details are for --json."""

    at: float
    kind: str  # connected, lost, sent, dropped, note
    text: str

    @property
    def lines(self) -> list[str]:
        return [self.text]

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "text": self.text}


Mark: TypeAlias = Started | Failed | Note
Entry: TypeAlias = BoardLine | Mark
