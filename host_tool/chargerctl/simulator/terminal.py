# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The events of a simulation for a person: the console as on serial, the script's lines, at the end the OLED.

On a terminal with colours and a picture that fits it; in a pipe the same lines, plain and never wrapped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, Any

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from chargerctl.simulator.display.picture import braille, half_blocks
from chargerctl.visible import visible

# The picture and its frame.
_PICTURE_COLUMNS = 130
_OLED = "rgb(159,232,255) on black"


class Terminal:
    """Shows one simulation. `out` is a console; events come in the order in which they happened."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._display: Mapping[str, Any] | None = None

    def say(self, text: str, style: str = "bold") -> None:
        """A line of chargerctl's own, before or between those of the board."""
        self._out.print(Text(visible(text), style), soft_wrap=True)

    def show(self, event: Mapping[str, Any]) -> None:
        match event:
            case {"kind": "console", "text": text}:
                self._out.print(_console_line(text), soft_wrap=True)
            case {"kind": "hand", "t": t, "text": text, "error": error}:
                self._step(t, f"{text}: {error}" if text else error, "bold red")
            case {"kind": "script" | "hand", "t": t, "text": text}:
                self._step(t, text, "cyan")
            case {"kind": "expect", "t": t, "text": text, "ok": True}:
                self._step(t, f"{text}: ok", "green")
            case {"kind": "expect", "t": t, "text": text, "found": found}:
                self._step(t, f"{text}: FAILED, {found}", "bold red")
            case {"kind": "power", "t": t, "on": on}:
                self._step(t, f"(power {'on' if on else 'off'})", "dim")
            case {"kind": "reset", "t": t, "reason": reason} if reason != "power":
                self._step(t, f"(reset: {reason})", "dim")
            case {"kind": "serial", "path": path}:
                self.say(f"serial port: {path}; watch it with: chargerctl monitor serial:{path}")
            case {"kind": "note", "text": text}:
                self.say(text, "dim")
            case {"kind": "display"}:
                self._display = event
            case {"kind": "summary"}:
                self._finish(event)

    def _finish(self, summary: Mapping[str, Any]) -> None:
        """The picture as it last was, and one line about all of it."""
        if self._display is not None:
            self._draw(self._display["rows"], self._display["lines"])
        count = summary["sessions"]
        parts = (
            f"{count} session{'' if count == 1 else 's'}",
            f"{summary['energy_wh']} Wh",
            f"{summary['frames_out']} frames out and {summary['frames_in']} in",
            f"{summary['t']:.1f} s of board time, modelled",
        )
        self.say(
            f"{'ok' if summary['ok'] else 'failed'}: {', '.join(parts)}",
            "bold green" if summary["ok"] else "bold red",
        )

    def _step(self, t: float, text: str, style: str) -> None:
        self._out.print(Text(f">{t:10.3f}  {visible(text)}", style), soft_wrap=True)

    def _draw(self, rows: Sequence[str], lines: Sequence[str]) -> None:
        if self._out.encoding.lower().startswith("utf"):
            wide = not self._out.is_terminal or self._out.width >= _PICTURE_COLUMNS
            drawn = half_blocks(rows) if wide else braille(rows)
        else:
            drawn = [line.encode(self._out.encoding, "replace").decode(self._out.encoding) for line in lines]
        picture = Text("\n".join(drawn), _OLED, no_wrap=True)
        self._out.print(Panel.fit(picture, title="display", padding=0))


def terminal(file: IO[str] | None = None, quiet: bool = False) -> Console:
    """A console on stdout (or `file`): as wide as the terminal, in a pipe wide enough for the picture."""
    out = Console(file=file, quiet=quiet, highlight=False, markup=False, emoji=False)
    if not out.is_terminal:
        out.width = _PICTURE_COLUMNS
    return out


def _console_line(text: str) -> Text:
    line = Text(visible(text))
    line.highlight_regex(r"^\[ *\d+\.\d+\] \w+", "dim")
    return line
