# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Looks around on this computer and in its network, and gives each board the name that the user gave it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from chargerctl.boards import find, ports
from chargerctl.boards.address import OfUid, WebHost
from chargerctl.boards.choice import Surroundings
from chargerctl.boards.devices import Device, devices
from chargerctl.boards.named import NamedBoard, NamedBoards, known_boards
from chargerctl.boards.sightings import Deployed, Sightings
from chargerctl.boards.uid import key, normal

NO_SERIAL = "serial ports were not looked at: pip install 'chargerctl[serial]'"
NO_MDNS = "the network was not searched: pip install 'chargerctl[devices]'"
Reads = Callable[[Callable[[str], bytes]], Deployed | None]


def _nothing(read: Callable[[str], bytes]) -> Deployed | None:
    return None


def plugged_in(deployed_on: Reads = _nothing) -> Sightings:
    """Drives and serial ports. deployed_on: as in boards_drives()."""
    drives = find.boards_drives(find.mounted(), deployed_on)
    try:
        listed = ports.listed_ports()
    except ImportError:
        return Sightings(tuple(drives), notes=(NO_SERIAL,))
    uids = frozenset(filter(None, (normal(drive.boot.uid) for drive in drives)))
    return Sightings(tuple(drives), tuple(ports.boards_ports(listed, ports.may_open, uids)))


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
        seen = plugged_in()
        return with_names(devices(seen), known_boards()), seen.notes

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
    return board.address.digest in {address.digest for way in device.ways for address in way.addresses}
