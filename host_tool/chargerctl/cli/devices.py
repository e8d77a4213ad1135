# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl devices: every board in reach."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import click

from chargerctl.boards.address import Address, Folder, SerialPort, WebHost
from chargerctl.boards.asking import with_answers
from chargerctl.boards.devices import Device, devices
from chargerctl.boards.reach import Approach, web_access
from chargerctl.boards.sightings import Sightings
from chargerctl.boards.surroundings import (
    known_boards,
    not_in_reach,
    on_the_network,
    plugged_in,
    with_names,
)
from chargerctl.cli.approach import given_password
from chargerctl.cli.device_table import device_table
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.deploy.deployed import deployed_on
from chargerctl.errors import ChargerctlError
from chargerctl.transport.relay import Console

_FOREVER = float("inf")
_PAUSE_S = 1.0  # between two looks: a board takes seconds to appear


class Seconds(click.FloatRange):
    """`nan` is a float, and neither too large nor too small."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        return self.fail(f"{value!r} is no number of seconds", param, ctx) if math.isnan(seconds) else seconds


@click.command(cls=Command)
@click.option(
    "--wait",
    type=Seconds(0),
    is_flag=False,
    flag_value=_FOREVER,
    metavar="[SECONDS]",
    help="Wait until a board appears, for that long at most, else until Ctrl-C.",
)
@click.option("--no-network", is_flag=True, help="Show only what is plugged in; saves 2 s.")
@click.option(
    "--ask",
    is_flag=True,
    help="Ask each charger at its console for serial, firmware and the time of its start. Opens its port, stops nothing.",
)
@click.pass_obj
def command(output: Output, wait: float | None, no_network: bool, ask: bool) -> Answer:
    """List every board in reach: its drive, its serial port, its web workflow, and what is deployed on it.

    No program is stopped, and without --ask no port is opened. Boards in boards.toml are listed by their names.

    \b
    chargerctl devices
    chargerctl devices --ask
    chargerctl devices --wait 60 --json
    """
    known = known_boards()
    addresses = [board.address for board in known.boards.values()]
    folders = [address.path for address in addresses if isinstance(address, Folder)]

    def look() -> Sightings:
        near = plugged_in(known, deployed_on, folders)
        far = Sightings() if no_network else on_the_network(known)
        return Sightings(near.drives, near.ports, far.hosts, near.notes + far.notes)

    if wait is not None:
        output.note("waiting for a board")
    seen = look_until(look, wait or 0.0, time.monotonic, time.sleep)
    found = with_names(devices(seen), known)
    unasked: list[str] = []
    if ask:
        found, unasked = with_answers(found, open_console, time.monotonic, time.time)
    missing = [
        f"{board.name} is not in reach ({replace(board.address, called='')})"
        for board in not_in_reach(found, known)
    ]
    notes = [*_reasons(found), *unasked, *missing, *seen.notes]
    if wait is not None and not found:
        raise ChargerctlError("no board appeared", notes=notes)
    return _answer(found, notes)


def open_console(address: Address) -> Console:
    """ChargerctlError, OSError."""
    if isinstance(address, SerialPort):
        from chargerctl.transport.serial.link import open_stream

        return open_stream(address.port)
    if not isinstance(address, WebHost):
        raise ChargerctlError("it has no console")
    if not address.called:  # anyone can announce a board, and would get the password
        raise ChargerctlError("a board in the network is asked only if its address is in boards.toml")
    from chargerctl.transport.web.console import WebConsole

    if not (password := given_password(address)):
        raise ChargerctlError("its password is not known: set [web] api_password in its settings file")
    return WebConsole(web_access(address, Approach(password=lambda host: password)))


def look_until(
    look: Callable[[], Sightings], seconds: float, now: Callable[[], float], sleep: Callable[[float], None]
) -> Sightings:
    """What is there as soon as there is a board, or after so many seconds."""
    end = now() + seconds
    while True:
        seen = look()
        if devices(seen) or now() >= end:
            return seen
        sleep(min(_PAUSE_S, end - now()))


def _answer(found: list[Device], notes: list[str]) -> Answer:
    value = {"devices": [device.as_json() for device in found], "notes": notes}
    if not found:
        # Not where the rows are: a script would take it for one.
        return Answer(
            value, [], ["no board found: plug one in; docs/troubles.md says what else to try", *notes]
        )
    return Answer(value, device_table(found).lines(), notes)


def _reasons(found: Iterable[Device]) -> list[str]:
    """Why a way cannot be used, or a drive not be written. That a board with a drive is written through it needs no line."""
    ways = [way for device in found for way in device.ways]
    return [
        f"{way.address}: {way.why_not}"
        for way in ways
        if way.problem or (way.read_only and way.kind == "drive")
    ]
