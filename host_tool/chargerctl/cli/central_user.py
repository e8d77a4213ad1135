# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central user`: the group of commands on the accounts of the web page."""

from __future__ import annotations

import click

from chargerctl.cli.group import Entry, Group

COMMANDS = {
    "list": Entry("central_user_list", "List the accounts (the default)."),
    "add": Entry("central_user_add", "Make an account, and ask for its password."),
    "password": Entry("central_user_add", "Give an account another password.", "password"),
    "remove": Entry("central_user_remove", "Remove accounts; who is logged in with one is out."),
}


@click.group(cls=Group, entries=COMMANDS, variables="CHARGERCTL_CENTRAL_USER", default="list")
def command() -> None:
    """List and change the accounts of the web page (serve --http). Without a command: list.

    Without an account, the page asks for no login where only this computer reaches it; elsewhere nobody gets in.
    """
