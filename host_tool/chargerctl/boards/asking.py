# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Asks a running charger at its console who it is and since when it runs: the question `?relay`, which stops nothing
(firmware/charger/maintenance.py). What answers may be anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from chargerctl.boards.address import Address
from chargerctl.boards.choice import CONSOLES
from chargerctl.boards.devices import Device, Way
from chargerctl.boards.sightings import Deployed, clean
from chargerctl.errors import ChargerctlError
from chargerctl.transport.relay import LOOK, Console, ask, listening_for_about, read_away

ANSWER_S = 6.0  # the firmware answers between two passes, where it may load what answers; a blocking call may come first
_AT_ONCE = 8


@dataclass(frozen=True)
class Told:
    """up_s: seconds since the program started."""

    deployed: Deployed
    up_s: int


def ask_who(console: Console, now: Callable[[], float]) -> Told | None:
    """None where no charger answers in ANSWER_S. OSError."""
    read_away(console, now)
    found = ask(console, LOOK, listening_for_about(), now, ANSWER_S)
    if found is None:
        return None
    return Told(Deployed(clean(found.serial), "", clean(found.firmware)), found.up_s)


def with_answers(
    found: Iterable[Device],
    open_console: Callable[[Address], Console],
    now: Callable[[], float],
    clock: Callable[[], float],
) -> tuple[list[Device], list[str]]:
    """The devices with what each charger says of itself, and why others could not be asked. clock: Unix time."""
    from concurrent.futures import ThreadPoolExecutor

    notes: list[str] = []

    def asked(device: Device) -> Device:
        way = _console_of(device)
        if way is None:
            return device
        try:
            console = open_console(replace(way.address, called="" if way.announced else device.name))
            try:
                told = ask_who(console, now)
            finally:
                console.close()
        except (OSError, ChargerctlError) as error:
            notes.append(f"{way.address}: was not asked: {getattr(error, 'strerror', None) or error}")
            return device
        if told is None:
            notes.append(f"{way.address}: no charger answers there")
            return device
        return replace(device, deployed=device.deployed or told.deployed, since=int(clock()) - told.up_s)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(asked, found)), notes


def _console_of(device: Device) -> Way | None:
    """None also for a serial chip behind which there may be anything, unless the user has named it."""
    if not (device.certain or device.uid or device.name):
        return None
    ways = (way for kind in CONSOLES for way in device.ways if way.kind == kind and not way.problem)
    return next(ways, None)
