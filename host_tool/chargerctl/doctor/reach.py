# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a doctor can see of the board at an address without stopping its program: its drive, and its console."""

from __future__ import annotations

from dataclasses import replace

from chargerctl.boards.address import Address, SerialPort, WebHost
from chargerctl.boards.boot_out import BootOut
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


def without_name(chosen: Address) -> str:
    """The words that name it for ls and get, whose first word is a file."""
    return replace(chosen, called="").flag


def drive_of(chosen: Address, settings: Effective | None) -> Examined:
    """ChargerctlError where there is none, or where reading it would stop the charger. chosen: as the_only() gave it."""
    if isinstance(chosen, SerialPort | WebHost):
        what = "stop the charger" if isinstance(chosen, SerialPort) else "make the connector Unavailable"
        raise ChargerctlError(
            f"the files behind {chosen} are not looked at, since that would {what}; "
            f"chargerctl ls {without_name(chosen)} lists them"
        )
    with open_drive(chosen) as opened:
        return Examined.of(opened, settings)


def on_the_network(chosen: Address) -> BootOut | None:
    """What a board says by its web workflow, which needs no password for that; None where it is reached otherwise. OSError,
    and ValueError for what is no such answer."""
    if not isinstance(chosen, WebHost):
        return None
    from chargerctl.boards import network  # slow to load

    about = network.read_version(network.fetch_version(chosen.host.strip("[]"), chosen.port))
    return BootOut(about["version"], about["board_id"])


def console_of(chosen: Address, secrets: tuple[str, ...], approach: Approach = PLAIN) -> list[str]:
    """The charger's answer to the question, and what else it prints meanwhile. approach: has the password of a web workflow.
    ChargerctlError, OSError."""
    address = the_board(chosen, surroundings(), writes=False, kinds=CONSOLES)
    return overheard(console_opener(address, approach), Masker(secrets))
