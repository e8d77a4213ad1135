# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl monitor: shows what a board prints, until Ctrl-C, which ends only the monitor."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from chargerctl.boards.address import Address
from chargerctl.boards.choice import CONSOLES, the_board
from chargerctl.boards.surroundings import surroundings
from chargerctl.cli.approach import approach
from chargerctl.cli.drive_options import board_options
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.settings_options import config_option, config_path
from chargerctl.deploy.bytecode.source_record import SourceRecord
from chargerctl.files import state_folder
from chargerctl.likeness import did_you_mean, nearest
from chargerctl.monitor.choice import TAGS, Choice
from chargerctl.monitor.deployed import last_deploy
from chargerctl.monitor.entries import Entry
from chargerctl.monitor.keys import Keys
from chargerctl.monitor.log import Log, since_start
from chargerctl.monitor.of_settings import of_settings
from chargerctl.monitor.panel import LivePanel, Panel
from chargerctl.monitor.pipeline import Pipeline
from chargerctl.monitor.reach import console_opener
from chargerctl.monitor.run import Monitor, Show
from chargerctl.monitor.secrets import Masker
from chargerctl.monitor.show import RawScreen, Screen
from chargerctl.monitor.text import LOGGED, MARK, clock
from chargerctl.simulator.terminal import terminal


class Tags(click.ParamType):
    """Subsystems, separated by commas."""

    name = "TAG[,TAG...]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        tags = tuple(tag for tag in str(value).split(",") if tag)
        for tag in tags:
            if not re.fullmatch(r"[\w-]{1,20}", tag):
                self.fail(f"{tag!r} is no subsystem: give names such as {', '.join(TAGS[:3])}", param, ctx)
        return tags

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        before, comma, last = incomplete.rpartition(",")
        return [CompletionItem(before + comma + tag) for tag in TAGS if tag.startswith(last)]


class Pattern(click.ParamType):
    """A regular expression."""

    name = "PATTERN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return re.compile(value)
        except re.error as error:
            self.fail(f"{value!r} is no regular expression: {error}", param, ctx)


@click.command(cls=Command)
@board_options()
@click.option(
    "--filter",
    "tags",
    type=Tags(),
    default=(),
    help=f"Show only lines of these subsystems: {', '.join(TAGS)}.",
)
@click.option(
    "--grep", "pattern", type=Pattern(), help="Show only lines in which this regular expression is found."
)
@click.option("--raw", is_flag=True, help="Show only what the board prints, without times and colours.")
@click.option(
    "--log",
    "log_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append every line to this file, whatever is shown.",
)
@click.option("--since-boot", is_flag=True, help="First show what --log has since the board's last start.")
@click.option(
    "--panel",
    is_flag=True,
    help="Show the charger's display and state, which it is asked for (?relay), and the last lines.",
)
@click.option("--interrupt", is_flag=True, help="Send Ctrl-C: the program ends, and the relay opens.")
@click.option("--reload", is_flag=True, help="Send Ctrl-C, then Ctrl-D: the program starts again.")
@config_option
@click.pass_obj
def command(
    output: Output,
    drive: Address | None,
    tags: tuple[str, ...],
    pattern: re.Pattern[str] | None,
    raw: bool,
    log_path: Path | None,
    since_boot: bool,
    panel: bool,
    interrupt: bool,
    reload: bool,
    config: Path | None,
) -> Answer:
    """Show what a board prints, until Ctrl-C, which leaves the board running.

    The board may be reset or unplugged meanwhile: chargerctl waits for it and goes on, also when its port has another name
    then. Marks (*) between the lines tell when the board has started, why, and where in the sources a traceback comes from.

    The secrets of the settings file are masked. Nothing is sent to the board that could stop its program, without
    --interrupt or --reload.

    \b
    chargerctl monitor
    chargerctl monitor --port /dev/ttyACM0 --filter ocpp,relay
    chargerctl monitor garage --log garage.log --since-boot
    chargerctl monitor --host cpy-1a2b3c.local --panel
    """
    if raw and (panel or output.as_json):
        raise click.UsageError("--raw shows lines as the board prints them: remove --panel and --json")
    if panel and (output.as_json or not sys.stdout.isatty()):
        raise click.UsageError("--panel needs a terminal, and cannot be used with --json")
    if since_boot and log_path is None:
        raise click.UsageError(
            "--since-boot shows what a log has, since no board keeps its lines: add --log FILE, as to the command that "
            "wrote it"
        )
    address = the_board(drive, surroundings(), writes=False, kinds=CONSOLES)
    settings = of_settings(config_path(config, address), os.environ)
    output.diagnose(*settings.notes, *_unknown(tags))
    masker = Masker(settings.secrets)
    out = terminal(quiet=output.as_json)
    choice = Choice(tags, pattern)
    with ExitStack() as opened:
        if since_boot and log_path:
            _show_logged(output, [masker.masked(line) for line in since_start(log_path)], choice, raw)
        monitor = Monitor(
            console_opener(address, approach(output, force=False, config=config)),
            Pipeline(masker, last_deploy(SourceRecord(state_folder()))),
            Keys(interrupt=interrupt, reload=reload, asks=panel),
            opened.enter_context(Log(log_path)) if log_path else None,
        )
        show: Show
        if output.as_json:
            show = partial(_show_json, output, choice)
        elif raw:
            show = RawScreen(out, choice.shows, output.note).show
        elif panel:
            show = opened.enter_context(
                LivePanel(out, Panel(choice.shows, settings.serial, settings.offset_s))
            ).show
        else:
            show = Screen(out, choice.shows).show
        with suppress(KeyboardInterrupt):
            monitor.run(show)
    stopped = interrupt and not reload
    board = (
        "--interrupt has stopped the board's program: press reset to start it"
        if stopped
        else "the board runs on"
    )
    return Answer(notes=[f"chargerctl: the monitor has ended, {board}"])


def _unknown(tags: Sequence[str]) -> list[str]:
    """Other programs have other subsystems, so this is no mistake."""
    return [
        f"warning: the charger writes no lines of {tag}: {did_you_mean(nearest(tag, TAGS), 'see --help')}"
        for tag in tags
        if tag not in TAGS
    ]


def _show_logged(output: Output, lines: Sequence[str], choice: Choice, raw: bool) -> None:
    for line in filter(choice.shows_logged, lines):
        found = LOGGED.fullmatch(line) if raw else None
        if found is None or found[1] != MARK:
            output.text(found[2] if found else line)
        output.json({"kind": "logged", "text": line})
    if not lines:
        output.note("the log has no start of the board yet")


def _show_json(output: Output, choice: Choice, entries: Sequence[Entry]) -> None:
    for entry in entries:
        if choice.shows(entry):
            output.json({"time": clock(entry.at, dated=True), **entry.as_json()})
