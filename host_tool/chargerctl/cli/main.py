# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The `chargerctl` entry point: imports the command that is used, and turns every error into an Answer."""

from __future__ import annotations

import errno
import importlib
import os
import sys

import click

from chargerctl import __version__
from chargerctl.cli.output import Answer, Output, failure
from chargerctl.errors import ChargerctlError

_COMPLETE = "_CHARGERCTL_COMPLETE"
_OUTPUT_FAILS = (errno.EPIPE, errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG)

# name -> (module in chargerctl.cli, one line for --help, so that --help imports no command)
COMMANDS = {
    "init": ("init", "Write a settings file; asks for what has no default."),
    "config": ("config", "Check, show and change settings; copy changes back from a drive."),
    "simulate": ("simulate", "Run the real firmware on a virtual board."),
    "deploy": ("deploy", "Write firmware, libraries and settings to a CIRCUITPY drive."),
    "rollback": ("rollback", "Undo the last deploy to this board."),
    "backup": ("backup", "Copy every file of a board's drive into one file."),
    "restore": ("restore", "Write a backup back to a board's drive."),
    "traceback": ("traceback", "Translate a board's traceback to the names of the sources."),
    "completion": ("completion", "Print the script that completes commands and settings in your shell."),
}


class Commands(click.Group):
    """Imports the module of a command only when the command is run, or shows its help."""

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
    """Give every option an environment variable, CHARGERCTL_<COMMAND>_<OPTION>."""
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
    """Configure, deploy and simulate an EV charger that runs CircuitPython."""


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status: 0 success, 1 failure, 2 wrong input."""
    if _COMPLETE in os.environ:
        import chargerctl.cli.completion  # noqa: F401  (registers the completion for bash)
    arguments = sys.argv[1:] if argv is None else argv
    output = Output("--json" in arguments)  # until the command's own --json option decides
    try:
        return output.answer(_run(arguments, output))
    except OSError as error:
        if error.filename is not None or error.errno not in _OUTPUT_FAILS:
            raise
        # Otherwise Python tries to write the rest when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno != errno.EPIPE:  # the reader of a pipe has exited, as head does
            click.echo(f"chargerctl: cannot write the output: {error.strerror}", err=True)
        return 1


def _run(arguments: list[str], output: Output) -> Answer:
    try:
        result = cli.main(args=list(arguments), prog_name="chargerctl", standalone_mode=False, obj=output)
        return result if isinstance(result, Answer) else Answer(status=result or 0)
    except click.ClickException as error:
        return failure(_without_secrets(error, arguments))
    except (ChargerctlError, click.Abort) as error:
        return failure(error)


def _without_secrets(error: click.ClickException, arguments: list[str]) -> click.ClickException:
    """click repeats the word that it did not understand, which may be a secret."""
    from chargerctl.settings.secret_names import slipped_into  # --help needs no settings

    name = slipped_into(error.format_message(), arguments)
    if name is None:
        return error
    message = (
        f"unexpected value after {name} (not shown, it may be a secret): write --set {name}=VALUE or config set "
        f"{name} VALUE; in quotes if it contains spaces, after -- if it starts with a minus sign"
    )
    return click.UsageError(message, getattr(error, "ctx", None))


if __name__ == "__main__":
    sys.exit(main())
