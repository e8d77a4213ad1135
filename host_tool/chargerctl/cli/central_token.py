# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central token`: the group of commands on the tokens of programs."""

from __future__ import annotations

import click

from chargerctl.cli.group import Entry, Group

COMMANDS = {
    "list": Entry("central_token_list", "List the tokens, and when each was used last (the default)."),
    "add": Entry("central_token_add", "Make a token, and show it once."),
    "remove": Entry("central_token_remove", "Remove tokens; programs that have one are refused."),
}


@click.group(cls=Group, entries=COMMANDS, variables="CHARGERCTL_CENTRAL_TOKEN", default="list")
def command() -> None:
    """List and change the tokens with which programs use /api/v1 and /metrics of the web page. Without a command: list."""
