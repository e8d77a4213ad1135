# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The live panel: the charger's display, what its log tells about it, and the last lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.panel import Panel as Frame
from rich.table import Table
from rich.text import Text

from chargerctl.firmware_files import firmware_module
from chargerctl.monitor.charger import Charger
from chargerctl.monitor.entries import Entry
from chargerctl.monitor.picture import rows_of
from chargerctl.monitor.show import styled
from chargerctl.simulator.display.picture import braille
from chargerctl.visible import visible

_OLED = "rgb(159,232,255) on black"
_LINES = 8
_FACTS_COLUMNS = 62
_RELAY = {True: "bold bright_magenta", False: "green"}
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
        self._last: deque[Entry] = deque(maxlen=_LINES)

    def see(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._charger.see(entry)
            if self._shows(entry):
                self._last.append(entry)

    def drawn(self, at: float, console: Console) -> RenderableType:
        """As it looks at this time, for a console of this width and encoding."""
        texts = display_texts(self._charger, self._serial, self._offset_s, at)
        if console.encoding.lower().startswith("utf"):
            picture = Text("\n".join(braille(rows_of(texts))), _OLED, no_wrap=True)
        else:
            picture = Text("\n".join(text for text in texts.values() if text), no_wrap=True)
        lines = [styled(entry) for entry in self._last]
        for line in lines:
            line.no_wrap, line.overflow = True, "ellipsis"
        upper = Columns([Frame.fit(picture, title="display", padding=0), self._facts(at)])
        return Group(upper, Frame(Group(*lines), title="last lines", padding=(0, 1)))

    def _facts(self, at: float) -> RenderableType:
        charger = self._charger
        table = Table.grid(padding=(0, 1))
        table.add_column(style="dim")
        table.add_column(max_width=_FACTS_COLUMNS - 18, overflow="fold")
        for name, text, style in _rows(charger, at):
            table.add_row(name, Text(visible(text), style))
        return Frame(table, title=visible(charger.board or "charger"), width=_FACTS_COLUMNS, padding=(0, 1))


def _rows(charger: Charger, at: float) -> list[tuple[str, str, str]]:
    phase = charger.shown_phase
    silent_s = None if charger.heard_at is None else int(at - charger.heard_at)
    link = "connected" if charger.connected else "not connected: waiting for the board"
    if silent_s is not None and silent_s >= 10:
        link += f", no line for {_duration(silent_s)}"
    running = "" if charger.started_at is None else f", {_duration(int(at - charger.started_at))} ago"
    started = (
        None
        if charger.reset is None
        else f"firmware {charger.firmware or '?'}, reset: {charger.reset}{running}"
    )
    rows: list[tuple[str, str | None, str]] = [
        ("console", link, "green" if charger.connected else "bold yellow"),
        ("started", started, ""),
        ("state", phase, _PHASES.get(phase or "", "bold")),
        ("fault", charger.fault, "bold red"),
        ("relay", charger.relay, _RELAY[charger.relay == "closed"]),
        ("cable", {True: "in", False: "out", None: None}[charger.plugged], ""),
        ("card", charger.card, ""),
        ("energy", _energy(charger, at), ""),
        ("Wi-Fi", charger.wifi and f"{charger.wifi}, {charger.address}", ""),
        ("broker", charger.broker, ""),
        ("central", charger.central and f"BootNotification {charger.central}", ""),
        ("memory", charger.memory, ""),
        ("frames", "\n".join(charger.frames) or None, "bright_blue"),
        ("trouble", charger.trouble, "bold red"),
    ]
    optional = ("fault", "card", "trouble")
    return [
        (name, text if text is not None else "-", style if text is not None else "dim")
        for name, text, style in rows
        if text is not None or name not in optional
    ]


def _energy(charger: Charger, at: float) -> str | None:
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
    screen = layout.Screen("", "", serial)
    screen.go_live()
    local = None
    if charger.unix is not None:
        unix, known_at = charger.unix
        local = _minute(int(unix + at - known_at) + offset_s)
    address = charger.address
    if charger.relay == "closed" and address is not None and charger.broker is None:
        address = "Offline"
    screen.follow(charger.shown_phase or "", address, local, charger.welded)
    if charger.charging_since is not None:
        screen.set_charge(0, int(at - charger.charging_since))
    names = ("TOP", "EVEN", "ODD", "SINGLE", "UPPER", "LOWER", "MIDDLE", "BOTTOM")
    texts = {name: screen.text(getattr(layout, name)) for name in names}
    if charger.charging_since is not None:
        # No line tells the energy while it flows.
        texts["MIDDLE"] = layout.spread("-.--- kWh", layout.elapsed(int(at - charger.charging_since)))
    return texts


def _minute(unix: int) -> str:
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%d %H:%M")
