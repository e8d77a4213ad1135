# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central settings`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from chargerctl.central.settings import CONFIG_VARIABLE, FILE, load_central
from chargerctl.cli.central import COMMANDS
from chargerctl.cli.central_options import config_option
from chargerctl.cli.output import Answer, Command
from chargerctl.cli.table import Table
from chargerctl.settings.programs import find_file


@click.command(cls=Command)
@config_option
def command(config: Path | None) -> Answer:
    """Check the settings of [central], and show what is in effect and where it comes from. Secrets are masked.

    \b
    chargerctl central settings
    chargerctl central settings -c /etc/chargerctl/central.toml
    """
    found = load_central(config, os.environ, None, [*COMMANDS])
    rows = [
        (each.key.name, each.text, each.source if each.place is None else f"{each.source} {each.place}")
        for each in found.explained
    ]
    path = config or find_file(FILE, CONFIG_VARIABLE, os.environ)
    value = {
        "file": None if path is None else str(path),
        "settings": {
            each.key.name: {
                "text": each.text,
                "source": each.source,
                "where": str(each.place) if each.place else None,
            }
            for each in found.explained
        },
        "profile": dict(found.values.profile),
    }
    rows += [(f"profile {key}", text, "file") for key, text in found.values.profile.items()]
    return Answer(value, Table(("setting", "value", "from"), rows).lines(), map(str, found.warnings))
