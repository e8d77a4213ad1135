# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The `chargerctl` entry point: commands loaded when asked for, errors shown in one place."""

from __future__ import annotations

import importlib
import json
import sys

import click

from chargerctl import __version__
from chargerctl.errors import ChargerctlError

# name -> (module in chargerctl.cli, one line for --help, so that --help imports no command)
COMMANDS = {
    "init": ("init", "Write a settings file, asking what must be asked."),
    "config": ("config", "Check, show and change settings; take back what was changed on a drive."),
    "simulate": ("simulate", "Run the real firmware on a virtual board."),
    "deploy": ("deploy", "Write firmware, libraries and settings to a CIRCUITPY drive."),
    "rollback": ("rollback", "Bring back what the last deploy to this board replaced."),
    "backup": ("backup", "Copy every file of a board's drive into one file."),
    "restore": ("restore", "Bring a backup back onto a board's drive."),
    "completion": ("completion", "Print what makes your shell complete commands and settings."),
}


class Commands(click.Group):
    """Imports a command's module only when that command is used or asked for help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"chargerctl.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        _name_variables(command, f"CHARGERCTL_{cmd_name}")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _name_variables(command: click.Command, prefix: str) -> None:
    """Give every option its variable, CHARGERCTL_<COMMAND>_<OPTION>, by what it is called on the command line."""
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            _name_variables(each, f"{prefix}_{name}")
    for option in command.params:
        if isinstance(option, click.Option):
            name = max(option.opts, key=len).lstrip("-")
            option.envvar = f"{prefix}_{name}".upper().replace("-", "_")


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: chargerctl simulate --script demo --realtime",
)
@click.version_option(__version__, prog_name="chargerctl")
def cli() -> None:
    """Configure, deploy, simulate and watch a CircuitPython EV charger."""


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status: 0 done, 1 it failed, 2 the input is wrong."""
    arguments = sys.argv[1:] if argv is None else argv
    as_json = "--json" in arguments
    try:
        result = cli.main(args=arguments, prog_name="chargerctl", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except ChargerctlError as error:
        if as_json:
            click.echo(json.dumps(error.as_json(), ensure_ascii=False))
        else:
            for line in error.lines():
                click.echo(line, err=True)
        return error.exit_status
    except click.ClickException as error:
        if as_json:
            click.echo(json.dumps({"error": error.format_message()}, ensure_ascii=False))
        else:
            error.show()
        return error.exit_code
    except click.Abort:
        click.echo("chargerctl: stopped", err=True)
        return 130


if __name__ == "__main__":
    sys.exit(main())
