# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl completion`: the script that makes a shell complete commands, options and names of settings."""

from __future__ import annotations

import os

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

from chargerctl.cli.settings_options import json_option, print_json

_PLAIN = "COMPREPLY+=($value)"


class BashCompleteAssignments(BashComplete):
    """Bash takes the `=` of SECTION.KEY=VALUE for a word of its own, and puts a blank behind what is complete."""

    name = "bash"
    source_template = BashComplete.source_template.replace(
        _PLAIN, f"{_PLAIN}\n            [[ $value == *= ]] && compopt -o nospace"
    )

    def get_completion_args(self) -> tuple[list[str], str]:
        words = split_arg_string(os.environ["COMP_WORDS"])
        current = int(os.environ["COMP_CWORD"])
        incomplete = words[current] if current < len(words) else ""
        joined: list[str] = []
        for word in [*words[1:current], incomplete]:
            if joined and joined[-1] and (word == "=" or joined[-1].endswith("=")):
                joined[-1] += word
            else:
                joined.append(word)
        return joined[:-1], joined[-1]

    def format_completion(self, item: CompletionItem) -> str:
        """What belongs behind the `=` alone: only that is the word that bash completes."""
        _, equals, behind = str(item.value).partition("=")
        return f"{item.type},{behind if equals and behind else item.value}"


add_completion_class(BashCompleteAssignments)


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
