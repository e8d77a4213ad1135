# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which board a command is for: the one that was named, else the only one there is. Among several nothing is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from chargerctl.boards.address import AUTO, Address, Folder, OfUid, SerialPort
from chargerctl.boards.devices import Device, Way
from chargerctl.boards.uid import key
from chargerctl.errors import ChargerctlError

KINDS = ("drive", "serial", "web")  # a drive first: it stops no program
CONSOLES = ("serial", "web")
_ANNOUNCED = "anyone in the network can announce that: if it is yours, name it with --host"
_NAME_ONE = "--drive PATH, --port PORT or --host HOST"


@dataclass(frozen=True)
class Surroundings:
    """Finds boards. plugged_in: by USB; on_the_network: by mDNS, which takes seconds. Both give the devices, with the names
    that the user gave them, and notes on what could not be looked for."""

    plugged_in: Callable[[], tuple[list[Device], Sequence[str]]]
    on_the_network: Callable[[], tuple[list[Device], Sequence[str]]]


def the_board(
    asked: Address | None, around: Surroundings, *, writes: bool = True, kinds: Sequence[str] = KINDS
) -> Address:
    """Where to reach the board, `called` by its name. asked: as the user named it, None for the only one there is; kinds: of
    ways, the best first; writes: whether its files will be written. ChargerctlError for none, several, or no way."""
    if isinstance(asked, OfUid):
        return _called(asked, _way_to(_with_uid(asked, around), writes, kinds))
    if asked == SerialPort(AUTO):
        return _only(around, writes, [kind for kind in kinds if kind == "serial"])
    if isinstance(asked, Folder) and "drive" not in kinds:
        return _called(asked, _way_to(_with_drive(asked, around), writes, kinds))
    return asked or _only(around, writes, kinds)


def _called(asked: Address, found: Address) -> Address:
    return replace(found, called=asked.called)


def _with_uid(asked: OfUid, around: Surroundings) -> Device:
    for look in (around.plugged_in, around.on_the_network):
        found = [device for device in look()[0] if key(device.uid) == key(asked.uid)]
        if len(found) > 1:
            raise ChargerctlError(
                f"{asked} is there {len(found)} times, so a drive is a copy: name one with --drive: "
                f"{_listed(found, KINDS)}"
            )
        if found:
            return found[0]
    raise ChargerctlError(
        f"{asked} is not in reach: plug it in, or connect it to this network; chargerctl devices lists what is"
    )


def _with_drive(asked: Folder, around: Surroundings) -> Device:
    for device in around.plugged_in()[0]:
        for way in device.ways:
            if isinstance(way.address, Folder) and way.address.digest == asked.digest:
                return device
    raise ChargerctlError(
        f"{asked} is not the drive of a board that is plugged in: name its console with --port PORT or --host HOST"
    )


def _only(around: Surroundings, writes: bool, kinds: Sequence[str]) -> Address:
    """Never a port behind a USB-to-serial chip that the user has not named: anything may be behind it, a printer too."""
    plugged_in, notes = around.plugged_in()
    found = [device for device in plugged_in if _ways(device, kinds)]
    likely = [device for device in found if device.certain or device.uid or device.name]
    if not likely and "web" in kinds:
        on_the_network, more = around.on_the_network()
        notes = [*notes, *more]
        found += on_the_network
        # Only what the user has named gets the password.
        likely = [device for device in on_the_network if device.name and _ways_of_the_user(device, kinds)]
    if len(likely) == 1:
        return _way_to(likely[0], writes, kinds)
    if likely:
        raise _refused(f"{len(likely)} boards found: name one", likely, kinds)
    if found:
        raise _refused("no board found that is certainly yours: name it", found, kinds)
    looked = "".join(f"; {note}" for note in notes)
    raise ChargerctlError(
        f"no board found: plug it in, or name it with {_NAME_ONE}; chargerctl devices shows what is in reach{looked}"
    )


def _ways(device: Device, kinds: Iterable[str]) -> list[Way]:
    return [way for kind in kinds for way in device.ways if way.kind == kind]


def _ways_of_the_user(device: Device, kinds: Iterable[str]) -> list[Way]:
    return [way for way in _ways(device, kinds) if not way.announced]


def _way_to(device: Device, writes: bool, kinds: Sequence[str]) -> Address:
    ways = _ways(device, kinds)
    for way in _ways_of_the_user(device, kinds):
        if not way.problem and not (writes and way.read_only):
            return replace(way.address, called=device.name)
    what = device.name or device.uid or device.what
    why = (
        "; ".join(f"{way.address}: {way.why_not or _ANNOUNCED}" for way in ways)
        or f"it has no {' or '.join(kinds)}"
    )
    raise ChargerctlError(
        f"{what} cannot be {'written' if writes else 'read'}: {why}", board=device.as_json()
    )


def _refused(message: str, found: list[Device], kinds: Sequence[str]) -> ChargerctlError:
    return ChargerctlError(
        f"{message}: {_listed(found, kinds)}", boards=[device.as_json() for device in found]
    )


def _listed(found: Iterable[Device], kinds: Sequence[str]) -> str:
    """As each is typed on the command line."""
    return ", ".join(
        f"{device.name or _ways(device, kinds)[0].address.flag} ({device.what})" for device in found
    )
