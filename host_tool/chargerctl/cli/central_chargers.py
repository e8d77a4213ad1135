# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central chargers`: the group of commands on the chargers in the books."""

from __future__ import annotations

import click

from chargerctl.cli.group import Entry, Group

COMMANDS = {
    "list": Entry(
        "central_chargers_list", "List the chargers, and those that ask to be let in (the default)."
    ),
    "show": Entry("central_chargers_show", "Show all that the books know of one charger."),
    "add": Entry("central_chargers_add", "Enter a charger, with its password."),
    "password": Entry("central_chargers_add", "Give a charger another password.", "password"),
    "allow": Entry("central_chargers_change", "Let chargers take part.", "allow"),
    "refuse": Entry("central_chargers_change", "Stop accepting chargers.", "refuse"),
    "remove": Entry(
        "central_chargers_change", "Take chargers out of the books; their sessions stay.", "remove"
    ),
}


@click.group(cls=Group, entries=COMMANDS, variables="CHARGERCTL_CENTRAL_CHARGERS", default="list")
def command() -> None:
    """List and change the chargers in the books. Without a command: list."""
