# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The options that commands on a board have in common: where it is, and how much may be done to it."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from chargerctl.boards.address import AUTO, Address, Folder, parse, serial_port, web_host
from chargerctl.boards.named import is_name, known_boards, named_address
from chargerctl.cli.output import Decorator
from chargerctl.errors import InputError

_WAYS = ("address", "drive", "port", "host")
_FORMS = (
    "BOARD is a name in boards.toml, serial:PORT, http://HOST, uid:UID, or a folder such as ./garage; "
    "chargerctl devices lists what is in reach."
)


class DriveAddress(click.Path):
    """Any address, or the name of a board; parsed by boards/address.py."""

    def __init__(self) -> None:
        super().__init__(file_okay=False)  # so that a shell completes folders

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return parse(value, named_address)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        names = [name for name in _names_to_complete() if name.startswith(incomplete)]
        # Folders first: in click's script for bash they take back what came before.
        return [*super().shell_complete(ctx, param, incomplete), *map(CompletionItem, names)]


class _Board(DriveAddress):
    """The same as the first word of a command, where a misspelt name must not become a new folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        address = super().convert(value, param, ctx)
        if (
            isinstance(address, Folder)
            and not address.called
            and is_name(value)
            and not os.path.lexists(value)
        ):
            raise InputError(
                f"{value}: no such folder: {known_boards().near(value)}; a new folder is ./{value}"
            )
        return address


def _names_to_complete() -> list[str]:
    try:
        return list(known_boards().boards)
    except InputError:  # the command will say so
        return []


class DriveFolder(DriveAddress):
    """A folder, for a command that runs what is in it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        address = super().convert(value, param, ctx)
        if not isinstance(address, Folder):
            raise InputError(f"{address}: only the files of a folder can be used here: name one with --drive")
        return address


class _Port(click.ParamType):
    name = "PORT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return serial_port(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        auto = [CompletionItem(AUTO)] if AUTO.startswith(incomplete) else []
        return [*auto, CompletionItem(incomplete, type="file")]


class _Host(click.ParamType):
    name = "HOST"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return web_host(value)


port_option: Decorator = click.option(
    "--port",
    type=_Port(),
    metavar="PORT|auto",
    help="The board's serial port, for a board without a drive. auto: the only one, but none behind a serial chip.",
)


def board_options(argument: bool = True) -> Decorator:
    """Where the board is, as the argument `drive` of the command: an Address, or None for the only board there is.

    argument: also as the first word after the command's own.
    """
    ways: list[Decorator] = [
        click.option(
            "--drive",
            type=DriveAddress(),
            metavar="PATH",
            help="The board's drive, or a folder with the same files.  [default: the only board there is]",
        ),
        port_option,
        click.option(
            "--host",
            type=_Host(),
            metavar="HOST[:PORT]",
            help="The board's name or address on the network, for its web workflow.",
        ),
    ]
    if argument:
        ways.insert(0, click.argument("address", type=_Board(), required=False, metavar="[BOARD]"))

    def decorator(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def command(*arguments: Any, **rest: Any) -> Any:
            given = {way: rest.pop(way, None) for way in _WAYS}
            return function(*arguments, drive=_the_one(given), **rest)

        if argument:
            command.__doc__ = f"{function.__doc__ or ''}\n\n    {_FORMS}"
        decorated: Callable[..., Any] = command
        for way in reversed(ways):
            decorated = way(decorated)
        return decorated

    return decorator


def _the_one(given: dict[str, Address | None]) -> Address | None:
    """The address that was given; what is typed beats what stands in the environment."""
    context = click.get_current_context()
    there = {way: address for way, address in given.items() if address}
    typed = {
        way: address
        for way, address in there.items()
        if context.get_parameter_source(way) is ParameterSource.COMMANDLINE
    }
    chosen = typed or there
    if len(chosen) > 1:
        words = " and ".join("BOARD" if way == "address" else f"--{way}" for way in chosen)
        raise click.UsageError(f"{words} each name a board: give one of them")
    return next(iter(chosen.values()), None)


dry_run_option: Decorator = click.option(
    "--dry-run", is_flag=True, help="Show what would change; write nothing."
)
yes_option: Decorator = click.option(
    "--yes",
    is_flag=True,
    help="Do not ask before writing. Required with --json and without a terminal.",
)
stop_option: Decorator = click.option(
    "--force",
    is_flag=True,
    help="With --port or --host: stop the charger's program even if it may be charging.",
)
