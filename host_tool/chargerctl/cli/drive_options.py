# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The options that commands on a drive have in common."""

from __future__ import annotations

from typing import Any

import click

from chargerctl.boards.address import Address
from chargerctl.cli.output import Decorator


class DriveAddress(click.Path):
    """Where a board's files are; parsed by boards/address.py."""

    def __init__(self) -> None:
        super().__init__(file_okay=False)  # so that a shell completes folders

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return Address.parse(value)


drive_option: Decorator = click.option(
    "--drive",
    type=DriveAddress(),
    metavar="PATH",
    help="The board's drive, or a folder with the same files.  [default: the one CIRCUITPY drive found]",
)
dry_run_option: Decorator = click.option(
    "--dry-run", is_flag=True, help="Show what would change; write nothing."
)
yes_option: Decorator = click.option(
    "--yes",
    is_flag=True,
    help="Do not ask before writing. Required with --json and without a terminal.",
)
