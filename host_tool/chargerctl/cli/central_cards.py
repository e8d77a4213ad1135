# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central cards`: the group of commands on the cards in the books."""

from __future__ import annotations

import click

from chargerctl.cli.group import Entry, Group

COMMANDS = {
    "list": Entry("central_cards_list", "List the cards (the default)."),
    "add": Entry("central_cards_add", "Enter a card."),
    "block": Entry("central_cards_change", "Block cards: they start no session.", "block"),
    "unblock": Entry("central_cards_change", "Unblock cards.", "unblock"),
    "remove": Entry("central_cards_change", "Take cards out of the books; their sessions stay.", "remove"),
    "import": Entry("central_cards_import", "Enter the cards of a CSV file, all or none."),
    "export": Entry("central_cards_list", "Print the cards as a CSV file that import reads.", "export"),
}


@click.group(cls=Group, entries=COMMANDS, variables="CHARGERCTL_CENTRAL_CARDS", default="list")
def command() -> None:
    """List and change the cards in the books. Without a command: list."""
