# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl completion`: the script that makes a shell complete commands, options and names of settings."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from chargerctl.cli.settings_options import json_option, print_json


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@json_option
@click.pass_context
def command(context: click.Context, shell: str, as_json: bool) -> None:
    """Print what makes your shell complete commands and settings.

    \b
    bash: eval "$(chargerctl completion bash)"    in ~/.bashrc
    zsh:  eval "$(chargerctl completion zsh)"     in ~/.zshrc
    fish: chargerctl completion fish | source     in ~/.config/fish/config.fish
    """
    complete = get_completion_class(shell)
    assert complete is not None
    script = complete(context.find_root().command, {}, "chargerctl", "_CHARGERCTL_COMPLETE").source()
    if as_json:
        print_json({"shell": shell, "script": script})
    else:
        click.echo(script)
