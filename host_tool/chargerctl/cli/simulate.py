# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl simulate: the real firmware on a virtual board, on its own or through a script."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from click.shell_completion import CompletionItem

from chargerctl.boards.catalogue import BOARDS, Board
from chargerctl.cli.output import print_json
from chargerctl.cli.settings_options import config_option, config_path, set_option
from chargerctl.deploy import write_drive
from chargerctl.errors import ChargerctlError
from chargerctl.firmware_files import firmware_module
from chargerctl.settings import effective_for_simulation
from chargerctl.simulator import extra
from chargerctl.simulator.job import INTERRUPTED, Job, Simulation
from chargerctl.simulator.script import scripts
from chargerctl.simulator.script.language import USAGES
from chargerctl.simulator.terminal import Terminal, terminal

_DEFAULT_BOARD = "seeed_xiao_esp32c6"
_PROGRAMS = ("code.txt", "code.py", "main.txt", "main.py")


class Broker(click.ParamType):
    """host:port of an MQTT broker; an IPv6 address stands in brackets."""

    name = "HOST:PORT"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        host, colon, port = value.rpartition(":")
        if not (colon and host.strip("[]") and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            self.fail(f"{value!r} is not HOST:PORT, such as localhost:1883", param, ctx)
        return value


def _complete_script(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    names = [name for name in scripts.SETTINGS if name.startswith(incomplete)]
    return [*map(CompletionItem, names), CompletionItem(incomplete, type="file")]


# \b keeps click from wrapping what follows.
_SCRIPT_HELP = "\n".join(
    ("\b", "A script is a text of lines like these, and of # comments:", *map("  {}".format, USAGES))
)


@click.command(name="simulate", short_help="Run the real firmware on a virtual board.", epilog=_SCRIPT_HELP)
@click.option(
    "--drive",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Boot this drive, with its own settings [default: a fresh one from firmware and settings]",
)
@click.option(
    "--script",
    "script_name",
    metavar="FILE|demo",
    shell_complete=_complete_script,
    help="Carry out a script, and end with it.",
)
@click.option(
    "--realtime", is_flag=True, help="Real time and a real MQTT broker; the default without a script."
)
@click.option("--broker", type=Broker(), help="Use this broker instead of one of our own; real time.")
@click.option(
    "--central",
    type=click.Choice(["local", "none"]),
    default="local",
    show_default=True,
    help="Answer the charger ourselves, or leave that to somebody else on the broker.",
)
@config_option
@set_option
@click.option("--chaos", is_flag=True, help="Have everything go wrong, in an episode drawn from --seed.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="The first episode's seed."
)
@click.option(
    "--episodes",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Episodes, a seed after the other.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Processes for episodes [default: one a core]")
@click.option("--json", "as_json", is_flag=True, help="Print events, one JSON object a line.")
def command(
    drive: Path | None,
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
    as_json: bool,
) -> int:
    """Boot a drive on a virtual board and run its own boot.py and code.py.

    With --script in virtual time, as fast as it goes, unless --realtime or --broker says otherwise. Without a
    script in real time, until Ctrl-C.

    Exit status: 0 every line of the script held; 1 an expectation failed or code.py ended; 2 the script or the
    settings are wrong.

    With --chaos on boards and settings of the episode's own; exit status 1 after a violation. The same seed gives
    the same episode.
    """
    extra.require()
    if chaos:
        if drive or config or overrides or script_name or realtime or broker or central != "local":
            raise click.UsageError("--chaos draws everything from --seed: leave out the other options")
        # Only now: it stands on what the extra brings.
        from chargerctl.cli.chaos import run_chaos

        return run_chaos(range(seed, seed + episodes), workers, as_json)
    if drive and (config or overrides):
        raise click.UsageError(
            "--drive boots with its own settings: leave out -c and --set, or deploy them to it"
        )
    realtime = realtime or broker is not None or script_name is None
    if central == "none" and not realtime:
        raise click.UsageError(
            "--central none needs a broker that others can reach: add --broker or --realtime"
        )
    script, its_settings = scripts.find(script_name) if script_name else (None, ())
    if script and central == "none":
        script.refuse_central()
    screen = Terminal(terminal(quiet=as_json))
    with _drive(drive, config, its_settings, overrides, screen) as folder:
        job = Job(folder, realtime, script, broker, central == "local")
        return _run(job, screen, as_json)


@contextmanager
def _drive(
    drive: Path | None,
    config: Path | None,
    its_settings: tuple[str, ...],
    overrides: tuple[str, ...],
    screen: Terminal,
) -> Iterator[Path]:
    """The drive to boot: the one given, or a fresh one that is gone afterwards."""
    if drive is not None:
        if not any((drive / name).is_file() for name in _PROGRAMS):
            raise ChargerctlError(
                f"{drive} has no code.py: write one with `chargerctl deploy --drive {drive}`"
            )
        yield drive
        return
    settings = effective_for_simulation(config_path(config), os.environ, its_settings + overrides)
    chosen = str(settings.values["hardware.board"])
    board = BOARDS[_DEFAULT_BOARD if chosen == "auto" else chosen]
    flat = settings.flat()
    notes = list(its_settings)
    spare = _spare_pin(board, settings.values)
    if settings.values["hardware.estop_pin"] == "" and spare is not None:
        # No profile has an emergency stop, since one must really be wired. Here it is.
        flat["CHARGER_HARDWARE_ESTOP_PIN"] = spare
        notes.append(f"hardware.estop_pin={spare}")
    if notes:
        screen.say(f"with {', '.join(notes)}", "dim")
    with TemporaryDirectory(prefix="chargerctl-") as folder:
        write_drive(Path(folder), flat, board.board_id)
        yield Path(folder)


def _spare_pin(board: Board, values: Mapping[str, object]) -> str | None:
    """A pin that is free on every board while the card reader is not on SPI, and is not in use."""
    pin: str = firmware_module("charger.hardware.profiles").PROFILES[board.board_id]["miso"]
    used = {value for name, value in values.items() if name.endswith("_pin")}
    if values["hardware.card_reader"] == "pn532_spi" or used.intersection(board.aliases(pin)):
        return None
    return pin


def _run(job: Job, screen: Terminal, as_json: bool) -> int:
    simulation = Simulation(job)
    summary = None
    try:
        with _on_signals(simulation.interrupt):
            for event in simulation.events():
                if event["kind"] == "summary":
                    summary = event
                if not as_json:
                    screen.show(event)
                elif event["kind"] == "note":
                    click.echo(f"chargerctl: {event['text']}", err=True)
                elif event["kind"] != "script":
                    print_json(event)
    finally:
        status = simulation.close()
    if summary is None and simulation.interrupted:
        return INTERRUPTED
    if summary is None:
        raise ChargerctlError(
            f"the simulation broke off (exit status {status}): this is a defect of chargerctl"
        )
    if status == 1 and not as_json:
        raise ChargerctlError(summary["why"])
    return status


@contextmanager
def _on_signals(call: Callable[[], object]) -> Iterator[None]:
    """Have Ctrl-C and a polite kill do `call()`."""
    before = {number: signal.signal(number, lambda *_: call()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
