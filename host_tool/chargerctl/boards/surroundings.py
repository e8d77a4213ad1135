# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Looks around on this computer and in its network, and gives each board the name that the user gave it."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from chargerctl.boards import find, ports
from chargerctl.boards.address import Folder, OfUid, SerialPort, WebHost
from chargerctl.boards.choice import Surroundings
from chargerctl.boards.devices import Device, devices
from chargerctl.boards.named import NamedBoard, NamedBoards, known_boards
from chargerctl.boards.sightings import Deployed, PortSeen, Sightings
from chargerctl.boards.uid import key, normal

NO_SERIAL = "serial ports were not looked at: pip install 'chargerctl[serial]'"
NO_MDNS = "the network was not searched: pip install 'chargerctl[devices]'"
Reads = Callable[[Callable[[str], bytes]], Deployed | None]


def _nothing(read: Callable[[str], bytes]) -> Deployed | None:
    return None


def plugged_in(known: NamedBoards, deployed_on: Reads = _nothing, folders: Iterable[Path] = ()) -> Sightings:
    """Drives and serial ports, also the ports that only the user knows to be a board's. deployed_on: as in boards_drives();
    folders: to look at as if drives were mounted there."""
    places = {Folder(place).digest: place for place in (*find.mounted(), *folders)}
    drives = tuple(find.boards_drives(places.values(), deployed_on))
    uids = frozenset(filter(None, (normal(drive.boot.uid) for drive in drives)))
    try:
        listed = ports.listed_ports()
    except ImportError:
        return Sightings(drives, notes=(NO_SERIAL,))
    found = ports.boards_ports(listed, ports.may_open, uids)
    return Sightings(drives, (*found, *_named_ports(known, found, {info.device for info in listed})))


def _named_ports(known: NamedBoards, found: Iterable[PortSeen], listed: Collection[str]) -> list[PortSeen]:
    """Those that are there, but not on USB: the pins of a single-board computer, the console of a simulation."""
    there = {SerialPort(port.port).digest for port in found}
    addresses = [board.address for board in known.boards.values()]
    return [
        ports.unknown_port(address.port)
        for address in addresses
        if isinstance(address, SerialPort)
        and address.digest not in there
        and (address.port in listed or os.path.exists(address.port))  # noqa: PTH110 - any text
    ]


def on_the_network(known: NamedBoards) -> Sightings:
    """Who answers by mDNS, and who is named; takes some seconds."""
    from chargerctl.boards import network  # slow to load

    named = [board.address for board in known.boards.values() if isinstance(board.address, WebHost)]
    announced: list[network.Announced] = []
    notes: tuple[str, ...] = ()
    try:
        announced = network.announced_hosts()
    except ImportError:
        notes = (NO_MDNS,)
    except OSError as error:
        notes = (f"the network was not searched: {error.strerror or error}",)
    asked = [(address.host, address.port) for address in named]
    return Sightings(hosts=tuple(network.boards_hosts(announced, network.fetch_version, asked)), notes=notes)


def surroundings() -> Surroundings:
    """For the choice of a board. Nothing is looked for, and no file read, before a choice asks."""

    def near() -> tuple[list[Device], tuple[str, ...]]:
        known = known_boards()
        seen = plugged_in(known)
        return with_names(devices(seen), known), seen.notes

    def far() -> tuple[list[Device], tuple[str, ...]]:
        known = known_boards()
        seen = on_the_network(known)
        return with_names(devices(seen), known), seen.notes

    return Surroundings(near, far)


def with_names(found: Iterable[Device], known: NamedBoards) -> list[Device]:
    """The devices with their first names in the file, "" for those without."""
    boards = known.boards.values()
    return [
        replace(device, name=next((board.name for board in boards if _is_called(device, board)), ""))
        for device in found
    ]


def not_in_reach(found: Sequence[Device], known: NamedBoards) -> list[NamedBoard]:
    """The named boards that are not among the devices."""
    return [
        board for board in known.boards.values() if not any(_is_called(device, board) for device in found)
    ]


def _is_called(device: Device, board: NamedBoard) -> bool:
    if isinstance(board.address, OfUid):
        return key(board.address.uid) == key(device.uid)
    return board.address.digest in {way.address.digest for way in device.ways}
