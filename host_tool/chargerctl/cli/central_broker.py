# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central broker`: writes the configuration of a broker, by the broker's name."""

from __future__ import annotations

import click

from chargerctl.cli.group import Entry, Group

COMMANDS = {
    "mosquitto": Entry(
        "central_broker_mosquitto", "Write mosquitto's configuration, passwords, rights and certificates."
    ),
}


@click.group(cls=Group, entries=COMMANDS, variables="CHARGERCTL_CENTRAL_BROKER")
def command() -> None:
    """Write the configuration of a broker in which each charger reaches only its own topics."""
