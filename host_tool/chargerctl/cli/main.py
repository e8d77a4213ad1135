# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The `chargerctl` entry point: imports the command that is used, and turns every error into an Answer."""

from __future__ import annotations

import os
import sys

import click

from chargerctl import __version__
from chargerctl.cli.group import Entry, Group
from chargerctl.cli.output import Answer, Output, failure, of_system
from chargerctl.cli.streams import give_up_output, open_streams, output_failed
from chargerctl.errors import ChargerctlError

_COMPLETE = "_CHARGERCTL_COMPLETE"

COMMANDS = {
    "init": Entry("init", "Write a settings file; asks for what has no default."),
    "config": Entry("config", "Check, show and change settings; copy changes back from a board."),
    "devices": Entry("devices", "List every board in reach, and what is deployed on it."),
    "simulate": Entry("simulate", "Run the real firmware on a virtual board."),
    "fleet": Entry("fleet", "Run thousands of chargers in front of a central system, and measure it."),
    "central": Entry("central", "Run a central system of your own: chargers, cards, sessions, calls."),
    "bridge": Entry("bridge", "Let MQTT chargers join a central system that speaks OCPP-J."),
    "deploy": Entry("deploy", "Write firmware, libraries and settings to a board."),
    "rollback": Entry("rollback", "Undo the last deploy to this board."),
    "backup": Entry("backup", "Copy every file of a board's drive into one file."),
    "restore": Entry("restore", "Write a backup back to a board's drive."),
    "monitor": Entry("monitor", "Show what a board prints, live."),
    "doctor": Entry("doctor", "Find out what is wrong: settings, drive, broker, central system, time."),
    "report": Entry("report", "Print a text about a board to paste into an issue."),
    "ls": Entry("look", "List the files on a board.", "ls"),
    "get": Entry("look", "Show a file of a board, or copy it to the laptop.", "get"),
    "install-circuitpython": Entry(
        "install_circuitpython", "Write CircuitPython itself to a board: an image that you downloaded."
    ),
    "traceback": Entry("traceback", "Translate a board's traceback to the names of the sources."),
    "completion": Entry("completion", "Print the script that completes commands and settings in your shell."),
}


@click.group(
    cls=Group,
    entries=COMMANDS,
    variables="CHARGERCTL",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: chargerctl simulate --script demo --realtime",
)
@click.version_option(__version__, prog_name="chargerctl")
def cli() -> None:
    """Configure, deploy and simulate an EV charger that runs CircuitPython."""


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status: 0 success, 1 failure, 2 wrong input."""
    open_streams()
    if _COMPLETE in os.environ:
        import chargerctl.cli.completion  # noqa: F401  (registers the completion for bash)
    arguments = sys.argv[1:] if argv is None else argv
    output = Output("--json" in arguments)  # until the command's own --json option decides
    try:
        status = output.answer(_run(arguments, output))
        sys.stdout.flush()
        return status
    except OSError as error:
        if not output_failed(error):
            raise
        give_up_output(error)
        return 1
    except KeyboardInterrupt:
        return failure(click.Abort()).status


def _run(arguments: list[str], output: Output) -> Answer:
    try:
        result = cli.main(args=list(arguments), prog_name="chargerctl", standalone_mode=False, obj=output)
        return result if isinstance(result, Answer) else Answer(status=result or 0)
    except click.ClickException as error:
        return failure(_without_secrets(error, arguments))
    except ChargerctlError as error:
        return failure(_without_secrets(error, arguments))
    except click.Abort as error:
        return failure(error)
    except OSError as error:
        if output_failed(error):
            raise
        return failure(of_system(error))


def _without_secrets(
    error: click.ClickException | ChargerctlError, arguments: list[str]
) -> click.ClickException | ChargerctlError:
    """click repeats the word that it did not understand, and we one that is no board: it may be a secret."""
    if arguments[:1] in (["central"], ["bridge"]):
        return error  # no setting of a board is typed there: `central chargers password garage-1` has none
    from chargerctl.settings.secret_names import slipped_into  # --help needs no settings

    text = error.message if isinstance(error, ChargerctlError) else error.format_message()
    name = slipped_into(text, arguments)
    if name is None:
        return error
    message = (
        f"unexpected value after {name} (not shown, it may be a secret): write --set {name}=VALUE or config set "
        f"{name} VALUE; in quotes if it contains spaces, after -- if it starts with a minus sign"
    )
    return click.UsageError(message, getattr(error, "ctx", None))


if __name__ == "__main__":
    sys.exit(main())
