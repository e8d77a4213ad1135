# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the program is busy with at this moment, read off its call stack. Only for timers: they fire inside the program."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

    from chargerctl.simulator.machine.board import VirtualBoard

_IDLE, _HANDSHAKE = "idle", "handshake"
# Innermost first: (end of the file's name, function or "" for any, phase).
PHASES = (
    ("charger/visit.py", "visit", "load"),
    ("net/time_answer.py", "", "load"),
    ("net/resolver.py", "", "resolve"),
    ("net/dialer.py", "", "connect"),
    ("net/mqtt.py", "_advance", _HANDSHAKE),
    ("net/mqtt.py", "publish", "publish"),
    ("net/mqtt.py", "_serve", "receive"),
    ("net/wifi.py", "_associate", "associate"),
    ("net/ntp.py", "", "time"),
    ("hardware/display.py", "", "display"),
    ("hardware/reader.py", "", "reader"),
    ("hardware/console.py", "step", "console"),
    ("hardware/store.py", "", "store"),
    ("charger/housekeeping.py", "", "collect"),
    ("charger/loop.py", "", _IDLE),
)
NAMES = (*dict.fromkeys(phase for _file, _function, phase in PHASES), "start", "off")


def phase(board: VirtualBoard) -> str:
    """One of NAMES. Between two steps of an exchange with the broker nothing else counts as idle."""
    if not board.powered:
        return "off"
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        text = _phase_of(frame.f_code.co_filename, frame.f_code.co_name)
        if text is not None:
            return _HANDSHAKE if text == _IDLE and waiting(board) else text
        frame = frame.f_back
    return "start"


@cache
def _phase_of(its_file: str, its_name: str) -> str | None:
    """Called many thousand times in an episode, for a hundred functions."""
    for file, function, text in PHASES:
        if its_file.endswith(file) and function in ("", its_name):
            return text
    return None


def sending(board: VirtualBoard) -> bool:
    """An RP2 whose network stack has no memory left does not return from a send."""
    short = not board.is_esp32 and board.network.faults.memory_short
    return bool(short) and phase(board) in ("handshake", "publish", "receive")


def failed_tasks(board: VirtualBoard) -> dict[str, int]:
    """The tasks of the loop that have failed lately, with how often. Read in the board's memory: an unread console
    drops lines."""
    loop = _loop(board)
    if loop is None:
        return {}
    return {task.name: task.failures for task in (*loop._urgent, *loop._rest) if task.failures}


def waiting(board: VirtualBoard) -> int:
    """Which exchange with the broker is under way, 0 when none is."""
    loop = _loop(board)
    for task in loop._rest if loop is not None else ():
        if task.name == "link" and getattr(task.step.__self__, "_pid", None) is not None:
            return int(task.step.__self__._phase)
    return 0


def _loop(board: VirtualBoard) -> Any:
    """The program's Loop while it runs a pass, or None."""
    frame: FrameType | None = sys._getframe() if board.powered else None
    while frame is not None:
        if frame.f_code.co_name == "run_pass" and frame.f_code.co_filename.endswith("charger/loop.py"):
            return frame.f_locals["self"]
        frame = frame.f_back
    return None
