# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The `chargerctl` entry point: commands loaded when asked for, errors shown in one place."""

from __future__ import annotations

import errno
import importlib
import json
import os
import sys

import click

from chargerctl import __version__
from chargerctl.errors import ChargerctlError

_COMPLETE = "_CHARGERCTL_COMPLETE"
_OUTPUT_FAILS = (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG)

# name -> (module in chargerctl.cli, one line for --help, so that --help imports no command)
COMMANDS = {
    "init": ("init", "Write a settings file, asking what must be asked."),
    "config": ("config", "Check, show and change settings; take back what was changed on a drive."),
    "simulate": ("simulate", "Run the real firmware on a virtual board."),
    "deploy": ("deploy", "Write firmware, libraries and settings to a CIRCUITPY drive."),
    "rollback": ("rollback", "Bring back what the last deploy to this board replaced."),
    "backup": ("backup", "Copy every file of a board's drive into one file."),
    "restore": ("restore", "Bring a backup back onto a board's drive."),
    "traceback": ("traceback", "Show a board's traceback with the names of the sources."),
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
    if _COMPLETE in os.environ:
        import chargerctl.cli.completion  # noqa: F401  (what it teaches bash counts here)
    try:
        return _run(sys.argv[1:] if argv is None else argv)
    except OSError as error:
        if error.filename is not None or error.errno not in _OUTPUT_FAILS:
            raise
        # Else Python tries to write the rest when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        click.echo(f"chargerctl: the output cannot be written: {error.strerror}", err=True)
        return 1


def _run(arguments: list[str]) -> int:
    try:
        result = cli.main(args=list(arguments), prog_name="chargerctl", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except ChargerctlError as error:
        if _asks_for_json(arguments):
            click.echo(json.dumps(error.as_json(), ensure_ascii=False))
        else:
            for line in error.lines():
                click.echo(line, err=True)
        return error.exit_status
    except click.ClickException as error:
        error = _without_secrets(error, arguments)
        if _asks_for_json(arguments):
            click.echo(json.dumps({"error": error.format_message()}, ensure_ascii=False))
        else:
            error.show()
        return error.exit_code
    except click.Abort:
        if _asks_for_json(arguments):
            click.echo(json.dumps({"error": "stopped"}))
        else:
            click.echo("chargerctl: stopped", err=True)
        return 130


def _without_secrets(error: click.ClickException, arguments: list[str]) -> click.ClickException:
    """click repeats what it did not understand: that may be a secret."""
    from chargerctl.settings.secret_names import slipped_into  # --help needs no settings

    name = slipped_into(error.format_message(), arguments)
    if name is None:
        return error
    message = (
        f"what stands behind {name} cannot be its value there: write --set {name}=VALUE or config set {name} "
        "VALUE, in quotes where it has blanks, behind -- where it begins with a minus sign"
    )
    return click.UsageError(message, getattr(error, "ctx", None))


def _asks_for_json(arguments: list[str]) -> bool:
    """Whether the command was given --json, or its variable, however wrong the rest of the line is."""
    command: click.Command | None = cli
    rest = list(arguments)
    while isinstance(command, click.Group):
        while rest and rest[0].startswith("-"):
            del rest[0]
        command = command.get_command(click.Context(command), rest.pop(0)) if rest else None
    if command is None:
        return "--json" in arguments
    # Files named as arguments are open meanwhile.
    with command.make_context(
        command.name, rest, resilient_parsing=True, ignore_unknown_options=True, allow_extra_args=True
    ) as context:
        return bool(context.params.get("as_json"))


if __name__ == "__main__":
    sys.exit(main())
