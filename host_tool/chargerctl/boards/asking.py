# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Asks a running charger at its console who it is and since when it runs: the question `?relay`, which stops nothing
(firmware/charger/maintenance.py). What answers may be anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from chargerctl.boards.address import Address
from chargerctl.boards.choice import CONSOLES
from chargerctl.boards.devices import Device, Way
from chargerctl.boards.sightings import Deployed, clean
from chargerctl.errors import ChargerctlError
from chargerctl.transport.lines import Lines

QUESTION = b"\r?relay\r"
ANSWER_S = 6.0  # the firmware answers between two passes, where it may load what answers; a blocking call may come first
_MOST = 1 << 16  # bytes of a console that says something else
_AT_ONCE = 8
_ANSWER = re.compile(r"asked  firmware ([^\s,]{1,80}), serial ([^\s,]{1,80}), up (\d{1,10}) s\b")


class Console(Protocol):
    def read(self, timeout_s: float) -> bytes:
        """What has come, b"" when nothing did in this time. OSError when it is gone."""

    def write(self, data: bytes) -> None:
        """OSError when it is gone."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Told:
    """up_s: seconds since the program started."""

    deployed: Deployed
    up_s: int


def ask(console: Console, now: Callable[[], float]) -> Told | None:
    """None where no charger answers in ANSWER_S. OSError."""
    end = now() + ANSWER_S
    console.write(QUESTION)
    lines, said = Lines(), 0
    while (left := end - now()) > 0 and said < _MOST:
        data = console.read(left)
        said += len(data)
        for line in lines.feed(data):
            if found := _ANSWER.search(line.text):
                version, serial, up_s = map(clean, found.groups())
                return Told(Deployed(serial, "", version), int(up_s))
    return None


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
                told = ask(console, now)
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
