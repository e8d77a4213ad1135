# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a look around has found: drives, serial ports and hosts, each by itself. devices.py joins them to boards.

Every text in them may come from a stranger's board: it is short, and has no line ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chargerctl.boards.boot_out import BootOut

_LONGEST = 80


def clean(text: object) -> str:
    """A short text on one line, "" for what is none."""
    return " ".join(text[: 2 * _LONGEST].split())[:_LONGEST] if isinstance(text, str) else ""


@dataclass(frozen=True)
class Deployed:
    """What a deploy put on a board. serial, name: the charger's; version: of the firmware; "" where it is not known."""

    serial: str = ""
    name: str = ""
    version: str = ""

    def as_json(self) -> dict[str, str]:
        return {"serial": self.serial, "name": self.name, "version": self.version}


@dataclass(frozen=True)
class DriveSeen:
    """A mounted CIRCUITPY drive. problem: why it cannot be written, "" where it can."""

    folder: Path
    boot: BootOut
    deployed: Deployed | None = None
    problem: str = ""


@dataclass(frozen=True)
class PortSeen:
    """A serial port that is, or may be, the console of a board.

    uid: as boot_out.txt has it. uid, board_id: "" where USB does not tell. certain: it runs CircuitPython; otherwise it may
    run anything. console: not the board's data port. through: the chip between plug and board. problem: why it cannot be
    used.
    """

    port: str
    uid: str = ""
    board_id: str = ""
    certain: bool = False
    console: bool = True
    through: str = ""
    problem: str = ""


@dataclass(frozen=True)
class HostSeen:
    """A board with the web workflow on. host: its IP address, or as the user wrote it; name: as it is announced; named: the
    user has written this host down, while anyone can announce one."""

    host: str
    port: int = 80
    name: str = ""
    uid: str = ""
    board_id: str = ""
    circuitpython: str = ""
    problem: str = ""
    named: bool = False


@dataclass(frozen=True)
class Sightings:
    """Everything found. notes: where nothing could be looked for, and why."""

    drives: tuple[DriveSeen, ...] = ()
    ports: tuple[PortSeen, ...] = ()
    hosts: tuple[HostSeen, ...] = ()
    notes: tuple[str, ...] = ()
