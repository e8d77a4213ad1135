# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The console of the board at an address, whatever its kind."""

from __future__ import annotations

from chargerctl.boards.address import Address, SerialPort
from chargerctl.errors import InputError
from chargerctl.monitor.sources import Opener


def console_opener(address: Address | None) -> Opener:
    """InputError for an address without a console."""
    if isinstance(address, SerialPort):
        from chargerctl.monitor.serial_console import opener

        return opener(address.port)
    raise InputError("name the board's serial port: --port PORT")
