# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl config`: check, show, render, set, pull. Secrets are masked in all output, except with --reveal."""

from __future__ import annotations

import click

from chargerctl.cli.group import Entry, Group

COMMANDS = {
    "check": Entry("config_check", "Check the settings in the file, the environment and --set."),
    "show": Entry("config_show", "Show the settings in effect: all, or those that are named."),
    "render": Entry("config_show", "Print the settings.toml that a deploy would write.", "render_"),
    "set": Entry("config_change", "Change one setting in the file; comments stay.", "set_"),
    "pull": Entry("config_change", "Copy settings changed on the drive to the local file.", "pull"),
}


@click.group(cls=Group, entries=COMMANDS, variables="CHARGERCTL_CONFIG")
def command() -> None:
    """Check, show and change settings; copy changes back from a board."""
