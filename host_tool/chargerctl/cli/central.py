# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central`: a central system for one to a hundred chargers, and the commands on its books."""

from __future__ import annotations

import click

from chargerctl.cli.group import Entry, Group

COMMANDS = {
    "serve": Entry("central_serve", "Answer chargers over MQTT and OCPP-J, and keep the books."),
    "offline": Entry("central_offline", "Tell the chargers that nobody answers, after serve was killed."),
    "init": Entry("central_init", "Write a settings file with every setting and its default."),
    "settings": Entry("central_settings", "Check the settings, and show what is in effect."),
    "chargers": Entry("central_chargers", "List the chargers; add, allow, refuse or remove one."),
    "cards": Entry("central_cards", "List the cards; add, block, import or export them."),
    "sessions": Entry("central_sessions", "List the sessions, sum up their energy, print them as CSV."),
    "call": Entry("central_call", "Send a charger any call of OCPP 1.6, and wait for its answer."),
    "configure": Entry("central_configure", "Read or set the configuration keys of chargers."),
    "frames": Entry("central_frames", "Show what was said between a charger and the central system."),
    "backup": Entry("central_backup", "Copy the books while the central system runs."),
    "user": Entry("central_user", "Accounts of the web page: list, add, password, remove."),
    "token": Entry("central_token", "Tokens for programs that use the page's API: list, add, remove."),
    "broker": Entry("central_broker", "Write the configuration of a broker, for these chargers only."),
}


@click.group(cls=Group, entries=COMMANDS, variables="CHARGERCTL_CENTRAL")
def command() -> None:
    """Run a central system of your own, and look after its chargers, cards and sessions.

    Settings are in [central] of central.toml: in the current folder, else in chargerctl's own. Each has a
    variable, CHARGERCTL_CENTRAL_<SETTING>; `central init` writes a file with all of them. The books (chargers,
    cards, sessions) are central.sqlite in chargerctl's own folder, wherever you call it and wherever the settings
    file is; `database` names another file, or a PostgreSQL database.
    """
