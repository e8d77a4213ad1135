# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The console of the board at an address, to be opened again whenever it was lost."""

from __future__ import annotations

from chargerctl.boards.address import Address, SerialPort, WebHost
from chargerctl.boards.reach import PLAIN, Approach, web_access
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.monitor.sources import Opener, Stream
from chargerctl.transport.serial.link import LostError, Ports, RealPorts


def console_opener(address: Address, approach: Approach = PLAIN) -> Opener:
    """approach: has the password of a web workflow. InputError for an address without a console."""
    if isinstance(address, SerialPort):
        return on_serial(address.port, RealPorts())
    if isinstance(address, WebHost):
        return _on_the_web(address, approach)
    raise InputError(f"{address} has no console: name the board's port with --port, or its host with --host")


def on_serial(name: str, ports: Ports) -> Opener:
    """Under the name that the board has now. Raises ChargerctlError the first time; then OSError, too."""
    known = ""

    def open_console() -> tuple[Stream, str]:
        nonlocal known
        if not known:
            try:
                stream: Stream = ports.open(name)
            except LostError:
                raise ChargerctlError(
                    f"{name}: there is no such serial port: plug the board in; chargerctl devices lists what is in reach"
                ) from None
            known = name
            return stream, name
        for candidate in ports.again(known):
            try:
                stream = ports.open(candidate)
            except LostError:
                continue
            known = candidate
            return stream, candidate
        raise LostError(f"{known} is not back yet")

    return open_console


def _on_the_web(address: WebHost, approach: Approach) -> Opener:
    from chargerctl.transport.web.console import WebConsole  # not for those on a serial port

    access = web_access(address, approach)
    return lambda: (WebConsole(access), str(address))
