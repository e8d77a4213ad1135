# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the program is busy with at this moment, read off its call stack. Only for timers: they fire inside the program."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

    from chargerctl.simulator.board import VirtualBoard

# Innermost first: (end of the file's name, function or "" for any, phase).
_PHASES = (
    ("net/resolver.py", "", "resolve"),
    ("net/dialer.py", "", "connect"),
    ("net/mqtt.py", "_advance", "handshake"),
    ("net/mqtt.py", "publish", "publish"),
    ("net/mqtt.py", "_serve", "receive"),
    ("net/wifi.py", "_associate", "associate"),
    ("net/ntp.py", "_ask", "time"),
    ("hardware/display.py", "", "display"),
    ("hardware/pn532.py", "", "reader"),
    ("hardware/console.py", "step", "console"),
    ("hardware/store.py", "", "store"),
    ("charger/housekeeping.py", "", "collect"),
    ("charger/loop.py", "", "idle"),
)
NAMES = (*dict.fromkeys(phase for _file, _function, phase in _PHASES), "start", "off")


def phase(board: VirtualBoard) -> str:
    """One of NAMES. While a library waits and the loop is pumped, it is the waiting that counts."""
    if not board.powered:
        return "off"
    found = ""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        code = frame.f_code
        name = code.co_filename
        if name.endswith("charger/loop.py") and code.co_name == "pump":
            found = ""
        elif not found:
            for file, function, text in _PHASES:
                if name.endswith(file) and function in ("", code.co_name):
                    found = text
                    break
        frame = frame.f_back
    return found or "start"


def failed_tasks(board: VirtualBoard) -> dict[str, int]:
    """The tasks of the loop that have failed lately, with how often: read in the board's memory, where it stands
    whether or not anybody reads the console."""
    frame: FrameType | None = sys._getframe() if board.powered else None
    while frame is not None:
        if frame.f_code.co_name == "run" and frame.f_code.co_filename.endswith("charger/loop.py"):
            loop = frame.f_locals["self"]
            return {task.name: task.failures for task in (*loop._urgent, *loop._rest) if task.failures}
        frame = frame.f_back
    return {}


def waiting(board: VirtualBoard) -> FrameType | None:
    """The exchange with the broker that is under way, as long as it is: the frame of its call."""
    frame: FrameType | None = sys._getframe() if board.powered else None
    while frame is not None:
        if frame.f_code.co_name == "_advance" and frame.f_code.co_filename.endswith("net/mqtt.py"):
            return frame
        frame = frame.f_back
    return None
