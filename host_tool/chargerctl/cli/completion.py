# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl completion`: prints the script with which a shell completes commands, options and names of settings."""

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

from chargerctl.cli.output import Answer, Command

_PLAIN = "COMPREPLY+=($value)"


class BashCompleteAssignments(BashComplete):
    """Bash splits SECTION.KEY=VALUE at the `=`, and adds a space after each completed word, also where more must follow."""

    name = "bash"
    source_template = BashComplete.source_template.replace(
        _PLAIN, f"{_PLAIN}\n            [[ $value == *[=.] ]] && compopt -o nospace"
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
        """Only what follows the `=`: that is the word that bash completes."""
        _, equals, behind = str(item.value).partition("=")
        return f"{item.type},{behind if equals and behind else item.value}"


add_completion_class(BashCompleteAssignments)


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> Answer:
    """Print the script that completes commands, options and settings in your shell.

    \b
    bash: eval "$(chargerctl completion bash)"    in ~/.bashrc
    zsh:  eval "$(chargerctl completion zsh)"     in ~/.zshrc
    fish: chargerctl completion fish | source     in ~/.config/fish/config.fish
    """
    complete = get_completion_class(shell)
    assert complete is not None
    script = complete(context.find_root().command, {}, "chargerctl", "_CHARGERCTL_COMPLETE").source()
    return Answer({"shell": shell, "script": script}, script.split("\n"))
