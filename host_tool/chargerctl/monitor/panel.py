# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The live panel: the charger's display, what its log tells about it, and the last lines."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.align import Align
from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel as Frame
from rich.table import Table
from rich.text import Text

from chargerctl.firmware_files import firmware_module
from chargerctl.monitor.charger import Charger
from chargerctl.monitor.entries import BoardLine, Entry
from chargerctl.monitor.picture import FIELDS, rows_of
from chargerctl.monitor.show import styled
from chargerctl.simulator.display.picture import braille
from chargerctl.visible import visible

_OLED = "rgb(159,232,255) on black"
_MOST_LINES = 200
# The picture with its frame.
_PICTURE_COLUMNS = 66
_PICTURE_ROWS = 16
_FACTS_COLUMNS = 56
COLUMNS = 21  # of the display
Row = tuple[str, str, str]  # name, text, style
_RELAY = {True: "bold bright_magenta", False: "green"}
_UNTOLD = "-"  # what no line has told
_PHASES = {
    "Available": "bold green",
    "Authorizing": "bold yellow",
    "Charging": "bold bright_blue",
    "Finishing": "bold cyan",
    "Faulted": "bold red",
}


class Panel:
    """serial: the charger's, and offset_s: of its local time, as the settings have them."""

    def __init__(self, shows: Callable[[Entry], bool], serial: str = "", offset_s: int = 0) -> None:
        self._charger = Charger()
        self._serial = serial
        self._offset_s = offset_s
        self._shows = shows
        self._last: deque[Entry] = deque(maxlen=_MOST_LINES)

    def see(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._charger.see(entry)
            if self._shows(entry) and not _is_answer(entry):
                self._last.append(entry)

    def drawn(self, at: float, width: int, height: int, *, utf: bool = True) -> RenderableType:
        """As it looks at this time, on a terminal of this size; utf: whether it can show more than ASCII."""
        rows = _rows(self._charger, at)
        texts = display_texts(self._charger, self._serial, self._offset_s, at)
        wide = utf and width >= _PICTURE_COLUMNS + _FACTS_COLUMNS
        picture = Text("\n".join(braille(rows_of(texts)))) if wide else _as_text(texts)
        picture.style, picture.no_wrap = _OLED, True
        columns = _PICTURE_COLUMNS if wide else COLUMNS + 4
        upper_height = min(max(len(rows), _PICTURE_ROWS if wide else 0) + 2, height - 3)
        upper = Layout(size=upper_height)
        upper.split_row(
            Layout(Align.center(Frame.fit(picture, title="display", padding=0)), size=columns),
            Layout(_facts(self._charger, rows)),
        )
        layout = Layout()
        layout.split_column(upper, Layout(self._lines(height - upper_height - 2)))
        return layout

    def _lines(self, count: int) -> RenderableType:
        lines = Text("\n").join(styled(entry) for entry in self._last).split("\n")[-max(count, 1) :]
        for line in lines:
            line.no_wrap, line.overflow = True, "ellipsis"
        return Frame(Group(*lines), title="last lines", padding=(0, 1))


class LivePanel:
    """The panel on a terminal; a context manager."""

    def __init__(self, out: Console, panel: Panel) -> None:
        self._out = out
        self._panel = panel
        self._live = Live(console=out, screen=True, auto_refresh=False)

    def __enter__(self) -> LivePanel:
        self._live.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._live.__exit__(*error)

    def show(self, entries: Iterable[Entry]) -> None:
        self._panel.see(entries)
        utf = self._out.encoding.lower().startswith("utf")
        self._live.update(self._panel.drawn(time.time(), *self._out.size, utf=utf), refresh=True)


def _as_text(texts: Mapping[str, str]) -> Text:
    """The display's texts at their places, the band in reverse."""
    band = [texts[name] for name in ("EVEN", "ODD", "SINGLE", "UPPER", "LOWER") if texts[name]]
    lines = [(texts["TOP"], ""), *((text, "reverse") for text in band or [""])]
    lines += [(texts["MIDDLE"], ""), (texts["BOTTOM"], "")]
    return Text("\n").join(Text(f"{visible(text)[:COLUMNS]:^{COLUMNS + 2}}", style) for text, style in lines)


def _is_answer(entry: Entry) -> bool:
    """Whether it is a line that the panel has asked for: what it says stands above."""
    return isinstance(entry, BoardLine) and entry.said.tag in ("asked", "view", "memory")


def _facts(charger: Charger, rows: Sequence[Row]) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim", no_wrap=True, min_width=7)
    table.add_column(no_wrap=True, overflow="ellipsis")
    for name, text, style in rows:
        table.add_row(name, Text(visible(text), style))
    return Frame(table, title=visible(charger.board or "charger"), padding=(0, 1))


def _rows(charger: Charger, at: float) -> list[Row]:
    phase = charger.shown_phase
    silent_s = None if charger.heard_at is None else int(at - charger.heard_at)
    link = "connected" if charger.connected else "not connected: waiting for the board"
    if silent_s is not None and silent_s >= 10:
        link += f", no line for {_duration(silent_s)}"
    running = "" if charger.started_at is None else f", {_duration(int(at - charger.started_at))} ago"
    reset = f", reset: {charger.reset}" if charger.reset else ""
    known = charger.firmware or reset
    started = f"firmware {charger.firmware or '?'}{reset}{running}" if known else None
    rows: list[tuple[str, str | None, str]] = [
        ("console", link, "green" if charger.connected else "bold yellow"),
        ("started", started, ""),
        ("state", phase, _PHASES.get(phase or "", "bold")),
        ("fault", charger.fault, "bold red"),
        ("relay", charger.relay, _RELAY[charger.relay == "closed"]),
        ("cable", charger.cable, ""),
        ("card", charger.card, ""),
        ("energy", _energy(charger, at), ""),
        ("Wi-Fi", charger.wifi and f"{charger.wifi}, {charger.address}", ""),
        (
            "broker",
            charger.broker or {True: "connected", False: "not connected", None: None}[charger.online],
            "",
        ),
        ("central", charger.central and f"BootNotification {charger.central}", ""),
        ("memory", charger.memory, ""),
        *(
            ("ocpp" if number == 0 else "", frame, "bright_blue")
            for number, frame in enumerate(charger.frames)
        ),
        ("trouble", charger.trouble, "bold red"),
    ]
    optional = ("fault", "card", "trouble")
    return [
        (name, text if text is not None else _UNTOLD, style if text is not None else "dim")
        for name, text, style in rows
        if text is not None or name not in optional
    ]


def _energy(charger: Charger, at: float) -> str | None:
    if charger.energy_wh is not None and charger.charging_since is not None:
        return f"{charger.energy_wh} Wh in {_duration(int(at - charger.charging_since))}"
    if charger.charging_since is not None:
        return f"since {_duration(int(at - charger.charging_since))} from {charger.start_wh} Wh"
    return None if charger.last_session_wh is None else f"last charge {charger.last_session_wh} Wh"


def _duration(seconds: int) -> str:
    text: str = _screen_module().elapsed(max(0, seconds))
    return text


def _screen_module() -> Any:
    """The firmware's own: which text is where."""
    return firmware_module("charger.hardware.screen")


def display_texts(charger: Charger, serial: str, offset_s: int, at: float) -> dict[str, str]:
    """{field: text} of the charger's display."""
    layout = _screen_module()
    screen = layout.Screen("", "", charger.serial or serial)
    screen.go_live()
    local = None if charger.whole else _UNTOLD
    if charger.unix is not None:
        unix, known_at = charger.unix
        local = _minute(int(unix + at - known_at) + offset_s)
    address = _UNTOLD if charger.address is None else charger.address
    if charger.relay == "closed" and charger.address and charger.online is False:
        address = "Offline"
    screen.follow(charger.shown_phase or "", address, local, charger.welded)
    if charger.charging_since is not None:
        screen.set_charge(charger.energy_wh or 0, int(at - charger.charging_since))
    texts = field_texts(screen, layout)
    if charger.charging_since is not None and charger.energy_wh is None:
        # No line tells the energy while it flows.
        texts["MIDDLE"] = layout.spread("-.--- kWh", layout.elapsed(int(at - charger.charging_since)))
    return texts


def field_texts(screen: Any, layout: Any) -> dict[str, str]:
    """{field: its text} of a Screen of the firmware's module `layout`."""
    return {name: screen.text(getattr(layout, name)) for name in FIELDS}


def _minute(unix: int) -> str:
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%d %H:%M")
