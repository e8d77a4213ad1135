# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every board in reach, once: a drive, ports and a host with the same UID are one board."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from chargerctl.boards.address import Address, Folder, SerialPort, WebHost
from chargerctl.boards.boot_out import BootOut
from chargerctl.boards.sightings import Deployed, DriveSeen, HostSeen, PortSeen, Sightings, clean
from chargerctl.boards.uid import key, normal

_Seen = TypeVar("_Seen", DriveSeen, PortSeen, HostSeen)
_DATA_PORT = "this is the board's data port, not its console"
LAPTOP_OWNS = "this computer owns the board's files: write them through the drive"


@dataclass(frozen=True)
class Way:
    """One way to a board. kind: drive, serial or web. problem: why it cannot be used at all; read_only: why nothing can be
    written so; "" where it can. alias: another name of the same. announced: by mDNS alone, where anyone can take the name or
    UID of another: it gets no password."""

    kind: str
    address: Address
    problem: str = ""
    read_only: str = ""
    alias: Address | None = None
    announced: bool = False

    @property
    def why_not(self) -> str:
        return self.problem or self.read_only

    def as_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "address": str(self.address),
            "alias": str(self.alias) if self.alias else None,
            "usable": not self.problem,
            "writable": not self.why_not,
            "problem": self.why_not or None,
        }


@dataclass(frozen=True)
class Device:
    """One board. name: as the user calls it. uid: as boot_out.txt has it. certain: not just a chip that may run anything.
    through: the chip that its port goes through. since: Unix time of its start. "" and None: not known."""

    uid: str = ""
    board_id: str = ""
    circuitpython: str = ""
    ways: tuple[Way, ...] = ()
    deployed: Deployed | None = None
    certain: bool = True
    through: str = ""
    name: str = ""
    since: int | None = None

    def way(self, kind: str) -> Way | None:
        return next((way for way in self.ways if way.kind == kind), None)

    @property
    def what(self) -> str:
        """Board and CircuitPython, for a person."""
        board = self.board_id or (f"unknown board behind {self.through}" if self.through else "unknown board")
        return f"{board}, CircuitPython {self.circuitpython}" if self.circuitpython else board

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name or None,
            "uid": self.uid or None,
            "board": self.board_id or None,
            "circuitpython": self.circuitpython or None,
            "certain": self.certain,
            "ways": [way.as_json() for way in self.ways],
            "deployed": self.deployed.as_json() if self.deployed else None,
            "since": self.since,
        }


def devices(seen: Sightings) -> list[Device]:
    """The boards, those with a drive first. Nothing is joined to two drives with one UID: one of them is a copy."""
    drives = _by_uid(seen.drives, [drive.boot.uid for drive in seen.drives])
    ports = _by_uid(seen.ports, [port.uid for port in seen.ports])
    hosts = _by_uid(seen.hosts, [host.uid for host in seen.hosts])
    found = []
    for uid in dict.fromkeys((*drives, *ports, *hosts)):
        its_drives = drives.get(uid, [])
        if len(its_drives) > 1:
            found += [_board([drive], [], []) for drive in its_drives]
            its_drives = []
        if its_drives or uid in ports or uid in hosts:
            found.append(_board(its_drives, ports.get(uid, []), hosts.get(uid, [])))
    return found


def _by_uid(seen: Iterable[_Seen], uids: Iterable[str]) -> dict[object, list[_Seen]]:
    """By UID; what has none stays alone."""
    found: dict[object, list[_Seen]] = {}
    for each, uid in zip(seen, uids, strict=True):
        found.setdefault(key(uid) or each, []).append(each)
    return found


def _board(drives: list[DriveSeen], ports: list[PortSeen], hosts: list[HostSeen]) -> Device:
    boots = [drive.boot for drive in drives]
    everything: list[BootOut | HostSeen | PortSeen] = [*boots, *hosts, *ports]
    owned = LAPTOP_OWNS if any(not drive.problem for drive in drives) else ""
    consoles = [port for port in ports if port.console]
    ways = [
        *(Way("drive", Folder(drive.folder), "", drive.problem) for drive in drives),
        *(Way("serial", SerialPort(port.port), port.problem, owned) for port in consoles),
        *(Way("serial", SerialPort(port.port), _DATA_PORT) for port in ports if not consoles),
        *(_web_way(host, owned) for host in hosts),
    ]
    return Device(
        _first(normal(each.uid) for each in everything),
        _first(each.board_id for each in everything),
        _first([*(boot.version for boot in boots), *(host.circuitpython for host in hosts)]),
        tuple(ways),
        next((drive.deployed for drive in drives if drive.deployed), None),
        bool(drives) or bool(hosts) or any(port.certain for port in ports),
        _first(port.through for port in ports),
    )


def _web_way(host: HostSeen, owned: str) -> Way:
    alias = WebHost(host.name, host.port) if host.name and host.name != host.host else None
    return Way("web", WebHost(host.host, host.port), host.problem, owned, alias, not host.named)


def _first(texts: Iterable[str]) -> str:
    return clean(next(filter(None, texts), ""))
