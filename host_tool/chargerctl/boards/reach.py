# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Opens the volume at an address, whatever its kind: the one place that knows every transport."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from chargerctl.boards.address import Address, Folder, SerialPort, WebHost
from chargerctl.errors import InputError
from chargerctl.transport.folder import FolderVolume
from chargerctl.transport.volume import Volume

if TYPE_CHECKING:
    from chargerctl.transport.web.client import Access


def _silent(text: str) -> None:
    """For callers that show no notes."""


def _no_password(host: WebHost) -> str:
    raise InputError(f"{host} wants the password of its web workflow")


def _no_other_password(host: WebHost) -> str:
    """For callers that cannot ask."""
    return ""


@dataclass(frozen=True)
class Approach:
    """How a command wants to reach a board.

    force: even if that ends a running charge. say: gets lines for the user while a board is reached and left. writes: to
    change files, so that a board whose files only its USB drive can change is refused. password: of a web workflow.
    other_password: where that one is refused; "" for none.
    """

    force: bool = False
    say: Callable[[str], None] = _silent
    writes: bool = False
    password: Callable[[WebHost], str] = _no_password
    other_password: Callable[[WebHost], str] = _no_other_password


PLAIN = Approach()


@dataclass(frozen=True)
class Reached:
    """A board's files. restart: has the board run what is on it now, and returns what there is to say about that."""

    volume: Volume
    restart: Callable[[], str]


@contextmanager
def reached(address: Address, approach: Approach) -> Iterator[Reached]:
    """Raises ChargerctlError where the board cannot be reached; OSError of the file system."""
    if isinstance(address, Folder):
        yield Reached(_folder(address), _by_itself)
    elif isinstance(address, SerialPort):
        from chargerctl.transport.serial.visit import visited  # not for those that use a drive

        with visited(address.port, approach.force, approach.writes, approach.say) as (volume, restart):
            yield Reached(volume, restart)
    elif isinstance(address, WebHost):
        from chargerctl.transport.web.visit import visited as visited_by_web

        access = web_access(address, approach)
        other = partial(_other_password, address, approach)
        with visited_by_web(access, approach.force, approach.say, other_password=other) as (files, run):
            yield Reached(files, run)
    else:  # boards/choice.py finds the place of a UID first
        raise InputError(f"{address}: name where that board is, as chargerctl devices shows it")


def web_access(address: WebHost, approach: Approach) -> Access:
    """What a request or a console (transport/web) needs to reach this board; InputError without a password."""
    from chargerctl.transport.web.client import Access

    return Access(address.host, address.port, _fitting(approach.password(address), address), str(address))


def _other_password(address: WebHost, approach: Approach) -> str:
    return _fitting(approach.other_password(address), address)


def _fitting(password: str, address: WebHost) -> str:
    """InputError for a password that no board can have."""
    from chargerctl.transport.web.client import LONGEST_PASSWORD

    if len(password.encode(errors="surrogateescape")) > LONGEST_PASSWORD:
        raise InputError(
            f"the password for {address} has more than {LONGEST_PASSWORD} bytes: no board has such a one"
        )
    return password


def _by_itself() -> str:
    return "the board restarts by itself. Eject the drive before unplugging it."


def _folder(address: Folder) -> Volume:
    if address.path.is_dir():
        return FolderVolume(address.path)
    if address.path.is_symlink() and not os.path.exists(address.path):  # noqa: PTH110 - a circle of links, too
        raise InputError(
            f"{address} is a link that leads nowhere: name the folder where the board's drive is mounted"
        )
    if address.path.exists():
        raise InputError(f"{address} is a file: name the folder where the board's drive is mounted")
    raise InputError(f"{address} does not exist: plug the board in, or name its drive with --drive PATH")
