# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a doctor can see of the board at an address without stopping its program: its drive, and its console."""

from __future__ import annotations

from chargerctl.boards.address import Address, SerialPort, WebHost
from chargerctl.boards.choice import CONSOLES, KINDS, the_board
from chargerctl.boards.reach import PLAIN, Approach
from chargerctl.boards.surroundings import surroundings
from chargerctl.deploy.opening import open_drive
from chargerctl.doctor.examine import Examined
from chargerctl.doctor.listening import overheard
from chargerctl.errors import ChargerctlError
from chargerctl.monitor.reach import console_opener
from chargerctl.monitor.secrets import Masker
from chargerctl.settings import Effective


def the_only(address: Address | None) -> Address:
    """The one board that drive and console are looked at of. ChargerctlError for none, or several."""
    return the_board(address, surroundings(), writes=False, kinds=KINDS)


def drive_of(chosen: Address, settings: Effective | None) -> Examined:
    """ChargerctlError where there is none, or where reading it would stop the charger. chosen: as the_only() gave it."""
    if isinstance(chosen, SerialPort | WebHost):
        what = "stop the charger" if isinstance(chosen, SerialPort) else "make the connector Unavailable"
        raise ChargerctlError(
            f"the files behind {chosen} are not looked at, since that would {what}; chargerctl ls {chosen.flag} lists them"
        )
    with open_drive(chosen) as opened:
        return Examined.of(opened, settings)


def console_of(chosen: Address, secrets: tuple[str, ...], approach: Approach = PLAIN) -> list[str]:
    """The charger's answer to the question, and what else it prints meanwhile. approach: has the password of a web workflow.
    ChargerctlError, OSError."""
    address = the_board(chosen, surroundings(), writes=False, kinds=CONSOLES)
    return overheard(console_opener(address, approach), Masker(secrets))
