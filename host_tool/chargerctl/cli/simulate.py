# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl simulate: runs the real firmware on a virtual board, freely or with a script."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill

import click
from click.shell_completion import CompletionItem

from chargerctl.boards.address import Address
from chargerctl.boards.catalogue import BOARDS, DEFAULT_BOARD, Board
from chargerctl.cli.drive_options import DriveAddress
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.settings_options import config_option, config_path, set_option
from chargerctl.deploy import write_drive
from chargerctl.deploy.opening import open_drive
from chargerctl.errors import ChargerctlError
from chargerctl.firmware_files import firmware_module
from chargerctl.settings import effective_for_simulation
from chargerctl.settings.values import Values
from chargerctl.simulator import extra
from chargerctl.simulator.job import INTERRUPTED, Job, Simulation
from chargerctl.simulator.script import scripts
from chargerctl.simulator.script.lines import LINES
from chargerctl.simulator.terminal import Terminal, terminal

_PROGRAMS = ("code.txt", "code.py", "main.txt", "main.py")


class Broker(click.ParamType):
    """HOST:PORT of an MQTT broker; an IPv6 address needs brackets."""

    name = "HOST:PORT"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        host, colon, port = value.rpartition(":")
        if not (colon and host.strip("[]") and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            self.fail(f"{value!r} is not HOST:PORT, such as localhost:1883", param, ctx)
        return value


def _complete_script(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    names = [name for name in scripts.SETTINGS if name.startswith(incomplete)]
    return [*map(CompletionItem, names), CompletionItem(incomplete, type="file")]


# \b keeps click from joining the lines of a paragraph; blank lines end one.
_SCRIPT_HELP = "A script is a text of # comments and of lines like these:\n\n" + "\n\n".join(
    f"\b\n  {each.usage}\n{fill(each.help, 76, initial_indent=' ' * 6, subsequent_indent=' ' * 6)}"
    for each in LINES
)


@click.command(cls=Command, epilog=_SCRIPT_HELP)
@click.option(
    "--drive",
    type=DriveAddress(),
    metavar="PATH",
    help="Boot this drive or folder, with the settings on it.  [default: a temporary one from firmware and settings]",
)
@click.option(
    "--script",
    "script_name",
    metavar="FILE|demo",
    shell_complete=_complete_script,
    help="Run this script, then exit; demo is built in.",
)
@click.option(
    "--realtime",
    is_flag=True,
    help="Run in real time, with a real MQTT broker; the default without --script.",
)
@click.option(
    "--broker", type=Broker(), help="Use this MQTT broker instead of starting one; implies --realtime."
)
@click.option(
    "--central",
    type=click.Choice(["local", "none"]),
    default="local",
    show_default=True,
    help="local: run a central system that answers the charger; none: another client of the broker does.",
)
@config_option
@set_option
@click.option(
    "--chaos",
    is_flag=True,
    help="Run episodes with random faults, drawn from --seed, and check that the charger stays safe.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the first episode."
)
@click.option(
    "--episodes",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Number of episodes; each has the next seed.",
)
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes that run episodes.  [default: one per core]"
)
@click.pass_obj
def command(
    output: Output,
    drive: Address | None,
    script_name: str | None,
    realtime: bool,
    broker: str | None,
    central: str,
    config: Path | None,
    overrides: tuple[str, ...],
    chaos: bool,
    seed: int,
    episodes: int,
    workers: int | None,
) -> Answer:
    """Run the real firmware on a virtual board: boot.py and code.py of a drive.

    With --script it runs in virtual time, as fast as possible, unless --realtime or --broker is given. Without a
    script it runs in real time until Ctrl-C. With --json each event is a line of JSON, printed as it happens.

    Exit status: 0 all lines of the script passed; 1 an expectation failed or code.py ended; 2 the script or the
    settings are wrong.

    With --chaos each episode has its own board and settings; exit status 1 after a violation. The same seed gives
    the same episode.

    \b
    chargerctl simulate --script demo --realtime
    chargerctl simulate --broker localhost:1883 --central none
    chargerctl simulate --chaos --seed 7 --episodes 20
    """
    extra.require()
    if chaos:
        if drive or config or overrides or script_name or realtime or broker or central != "local":
            raise click.UsageError(
                "--chaos draws board, settings and faults from --seed: remove the other options"
            )
        # Imported here: it needs the packages of the extra.
        from chargerctl.cli.chaos import run_chaos

        return run_chaos(range(seed, seed + episodes), workers, output)
    if drive and (config or overrides):
        raise click.UsageError(
            "--drive boots with the settings on the drive: remove -c and --set, or deploy them to it first"
        )
    realtime = realtime or broker is not None or script_name is None
    if central == "none" and not realtime:
        raise click.UsageError(
            "--central none needs a broker that other clients can reach: add --broker or --realtime"
        )
    script, its_settings = scripts.find(script_name) if script_name else (None, ())
    if script and central == "none":
        script.refuse_central()
    screen = Terminal(terminal(quiet=output.as_json))
    with _drive(drive, config, its_settings, overrides, screen) as folder:
        job = Job(folder, realtime, script, broker, central == "local")
        return _run(job, screen, output)


@contextmanager
def _drive(
    drive: Address | None,
    config: Path | None,
    its_settings: tuple[str, ...],
    overrides: tuple[str, ...],
    screen: Terminal,
) -> Iterator[Path]:
    """The drive to boot: the given one, or a new one that is deleted afterwards."""
    if drive is not None:
        with open_drive(drive):  # then unlocked: a deploy to a board that runs reloads it
            if not any((drive.folder / name).is_file() for name in _PROGRAMS):
                raise ChargerctlError(
                    f"{drive} has no code.py: write one with `chargerctl deploy --drive {drive.quoted}`"
                )
        yield drive.folder
        return
    settings = effective_for_simulation(config_path(config), os.environ, its_settings + overrides)
    chosen = settings.values.hardware.board
    board = BOARDS[DEFAULT_BOARD if chosen == "auto" else chosen]
    flat = settings.flat()
    notes = list(its_settings)
    spare = _spare_pin(board, settings.values)
    if settings.values.hardware.estop_pin == "" and spare is not None:
        # No board profile has an emergency stop, since it must be wired; the virtual board has one.
        flat["CHARGER_HARDWARE_ESTOP_PIN"] = spare
        notes.append(f"hardware.estop_pin={spare}")
    if notes:
        screen.say(f"with {', '.join(notes)}", "dim")
    with TemporaryDirectory(prefix="chargerctl-") as folder:
        write_drive(Path(folder), flat, board.board_id)
        yield Path(folder)


def _spare_pin(board: Board, values: Values) -> str | None:
    """A pin that is not in use: MISO, which is free on every board unless the card reader is on SPI."""
    pin: str = firmware_module("charger.hardware.profiles").PROFILES[board.board_id]["miso"]
    used = {value for name, value in values.items() if name.endswith("_pin")}
    if "miso" in values.hardware.reader_pins or used.intersection(board.aliases(pin)):
        return None
    return pin


def _run(job: Job, screen: Terminal, output: Output) -> Answer:
    simulation = Simulation(job)
    summary = None
    try:
        with _on_signals(simulation.interrupt):
            for event in simulation.events():
                if event["kind"] == "summary":
                    summary = event
                if not output.as_json:
                    screen.show(event)
                elif event["kind"] == "note":
                    output.diagnose(f"chargerctl: {event['text']}")
                elif event["kind"] != "script":
                    output.json(event)
    finally:
        status = simulation.close()
    if summary is None and simulation.interrupted:
        return Answer(status=INTERRUPTED)
    if summary is None:
        raise ChargerctlError(
            f"the simulation ended unexpectedly (exit status {status}): this is a bug in chargerctl, please report it"
        )
    return Answer(notes=[f"chargerctl: {summary['why']}"] if status == 1 else [], status=status)


@contextmanager
def _on_signals(call: Callable[[], object]) -> Iterator[None]:
    """Call `call()` on SIGINT (Ctrl-C) and SIGTERM."""
    before = {number: signal.signal(number, lambda *_: call()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
