# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl simulate: runs the real firmware on a virtual board, freely or with a script."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import fill

import click
from click.shell_completion import CompletionItem

from chargerctl.boards.address import Folder
from chargerctl.cli.drive_options import DriveFolder
from chargerctl.cli.drive_to_boot import given_drive, new_drive
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.settings_options import config_option, config_path, set_option
from chargerctl.cli.signals import on_signals
from chargerctl.cli.simulate_page import DEFAULT, PageAddress, Watch, with_page
from chargerctl.errors import ChargerctlError
from chargerctl.settings.kinds import HostPort
from chargerctl.simulator import extra
from chargerctl.simulator.job import INTERRUPTED, Job, Simulation
from chargerctl.simulator.script import scripts
from chargerctl.simulator.script.lines import LINES
from chargerctl.simulator.terminal import Terminal, terminal


class Broker(click.ParamType):
    """HOST:PORT of an MQTT broker; an IPv6 address needs brackets."""

    name = "HOST:PORT"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        scheme, slashes, address = value.rpartition("://")
        if slashes:
            self.fail(f"{value!r}: leave out {scheme}://, such as {_with_port(address)}", param, ctx)
        host, colon, port = value.rpartition(":")
        if (
            "/" in host
            or "@" in host
            or not (
                colon and host.strip("[]") and port.isascii() and port.isdigit() and 0 < int(port) < 65536
            )
        ):
            self.fail(f"{value!r} is not HOST:PORT, such as localhost:1883", param, ctx)
        return value


def _with_port(address: str) -> str:
    """HOST:PORT of what follows the scheme of a URL."""
    host = address.rpartition("@")[2].partition("/")[0]
    return host if ":" in host else f"{host or 'localhost'}:1883"


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
    type=DriveFolder(),
    metavar="PATH",
    help="Boot this drive or folder, with the settings on it. Its programs run on this computer with your rights, so "
    "others than chargerctl's own need --trust.  [default: a temporary one from firmware and settings]",
)
@click.option(
    "--trust",
    is_flag=True,
    help="Run a --drive even if it has programs that are neither of this installation nor deployed from this computer. "
    "They can do what you can: read your files, delete them, use the network.",
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
@click.option(
    "--serial",
    is_flag=True,
    help="Offer the console as a serial port, whose path is printed, for chargerctl monitor and other programs; implies "
    "--realtime. Not on Windows.",
)
@click.option(
    "--web",
    type=PageAddress(),
    is_flag=False,
    flag_value=DEFAULT,
    help=f"Show the board as a page in the browser, with buttons for all that a person can do to it; implies --realtime. "
    f"[default address: {DEFAULT}; port 0: any free one]",
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
    drive: Folder | None,
    trust: bool,
    script_name: str | None,
    realtime: bool,
    broker: str | None,
    central: str,
    serial: bool,
    web: HostPort | None,
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
    chargerctl simulate --serial
    chargerctl simulate --web
    chargerctl simulate --web --broker localhost:1883 --central none
    chargerctl simulate --chaos --seed 7 --episodes 20
    """
    extra.require()
    if chaos:
        others = (
            drive,
            trust,
            config,
            overrides,
            script_name,
            realtime,
            broker,
            serial,
            web,
            central != "local",
        )
        if any(others):
            raise click.UsageError(
                "--chaos draws board, settings and faults from --seed: remove the other options"
            )
        # Imported here: it needs the packages of the extra.
        from chargerctl.cli.chaos import run_chaos

        return run_chaos(range(seed, seed + episodes), workers, output)
    if trust and not drive:
        raise click.UsageError("--trust is about the programs on a drive: name it with --drive")
    if drive and (config or overrides):
        raise click.UsageError(
            "--drive boots with the settings on the drive: remove -c and --set, or deploy them to it first"
        )
    if serial and os.name != "posix":
        raise click.UsageError(
            "--serial needs pseudo-terminals, which Windows does not have: run it on Linux"
        )
    realtime = realtime or broker is not None or script_name is None or serial or web is not None
    if central == "none" and not realtime:
        raise click.UsageError(
            "--central none needs a broker that other clients can reach: add --broker or --realtime"
        )
    script, its_settings = scripts.find(script_name) if script_name else (None, ())
    if script and central == "none":
        script.refuse_central()
    screen = Terminal(terminal(quiet=output.as_json))
    with (
        given_drive(drive, trust)
        if drive
        else new_drive(config_path(config), its_settings, overrides, screen.say)
    ) as folder:
        job = Job(folder, realtime, script, broker, central == "local", serial, by_hand=web is not None)
        if web is None:
            return _run(Simulation(job), screen, output)
        return with_page(
            web, job, output, screen.say, lambda simulation, watch: _run(simulation, screen, output, watch)
        )


def _run(
    simulation: Simulation, screen: Terminal, output: Output, watch: Watch = lambda event: None
) -> Answer:
    """Show it to its end; `watch` gets every event, too."""
    summary = None
    try:
        with on_signals(simulation.interrupt):
            for event in simulation.events():
                watch(event)
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
