# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which serial ports are consoles of boards. No port is opened: another program may have it open, and what a driver does to
DTR and RTS meanwhile resets some boards behind a serial chip, which ends a charge.

pyserial lists the ports. Only Linux gives the name of an interface, which tells console from data port; elsewhere the first
port of a board is its console, since CircuitPython declares that first (supervisor/shared/usb/usb_desc.c). So the package
adafruit-board-toolkit, which reads the names there, is not needed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from chargerctl.boards.catalogue import BOARDS
from chargerctl.boards.sightings import PortSeen, clean
from chargerctl.boards.uid import exchanged, normal

MOST = 64  # of one machine
JTAG = (0x303A, 0x1001)  # the USB-Serial/JTAG in an ESP32-C6, C3, S3 …, whatever program it runs
_CONSOLE = "CircuitPython CDC "
_DATA = "CircuitPython CDC2 "
_BOARD_IDS = {board.usb: board.board_id for board in BOARDS.values() if board.usb}
# Chips between a USB plug and the serial pins of a board. They have serial numbers of their own, or none.
_BRIDGES = {0x1A86: "CH340 or CH9102", 0x10C4: "CP210x", 0x0403: "FTDI"}


class Listed(Protocol):
    """A port as pyserial lists it."""

    device: str
    vid: int | None
    pid: int | None
    serial_number: str | None
    location: str | None
    interface: str | None


def boards_ports(
    listed: Iterable[Listed], usable: Callable[[str], bool], uids: frozenset[str] = frozenset()
) -> list[PortSeen]:
    """Those of boards, or that may be. usable: whether this user may open a port. uids: of boards that are known."""
    found: dict[str, list[PortSeen]] = {}
    for info in sorted(listed, key=_order)[:MOST]:
        port = _seen(info, usable, uids)
        if port:
            found.setdefault(port.uid or port.port, []).append(port)
    those = [port for ports in found.values() for port in _one_console(ports)]
    return sorted(those, key=lambda port: not port.uid)  # first those that are known again


def _seen(info: Listed, usable: Callable[[str], bool], uids: frozenset[str]) -> PortSeen | None:
    if info.vid is None or info.pid is None:  # not on USB
        return None
    device, interface, usb = info.device, clean(info.interface), (info.vid, info.pid)
    problem = "" if usable(device) else _no_permission(device)
    uid = normal(info.serial_number or "")
    if usb == JTAG:
        return PortSeen(device, exchanged(uid), through="USB-Serial/JTAG", problem=problem)
    if info.vid in _BRIDGES:
        return PortSeen(device, through=_BRIDGES[info.vid], problem=problem)
    if interface.startswith((_CONSOLE, _DATA)) or usb in _BOARD_IDS or (uid and uid in uids):
        is_console = not interface.startswith(_DATA)
        return PortSeen(device, uid, _BOARD_IDS.get(usb, ""), True, is_console, problem=problem)
    return None


def unknown_port(device: str) -> PortSeen:
    """One of which nothing is known but its name."""
    return PortSeen(device, problem="" if may_open(device) else _no_permission(device))


def _one_console(ports: list[PortSeen]) -> list[PortSeen]:
    """Of several consoles of one board the first is it: interfaces have no names, or, on macOS, all have the same."""
    first = next((port for port in ports if port.console), None)
    return [port if port is first else replace(port, console=False) for port in ports]


def _order(info: Listed) -> tuple[str, list[tuple[int, str]]]:
    """By board, then by the interface, whose number ends Windows' location, then by name with its numbers as numbers."""
    interface = re.search(r":x\.(\d{1,3})$", info.location or "")
    name = f"{interface[1] if interface else ''} {info.device}"
    parts = re.findall(r"\d{1,18}|\D+", name[:200])
    return info.serial_number or "", [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def _no_permission(device: str) -> str:
    if not device.startswith("/dev/"):
        return "you may not open it"
    return f"you may not open it: sudo usermod -a -G {_group(device)} $USER, then log in again"


def _group(device: str) -> str:
    """The group that may open it."""
    try:
        import grp

        return grp.getgrgid(os.stat(device).st_gid).gr_name  # noqa: PTH116
    except (ImportError, OSError, KeyError):
        return "dialout"


def listed_ports() -> list[Listed]:
    """The ports of this machine; ImportError without pyserial."""
    from serial.tools.list_ports import comports

    return list(comports())


def may_open(device: str) -> bool:
    """Whether this user may open the port."""
    return os.name == "nt" or os.access(device, os.R_OK | os.W_OK)
