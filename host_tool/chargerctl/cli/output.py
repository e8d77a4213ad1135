# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The one place that prints the result of a command, or its error: as text, or as JSON with --json. What a terminal would
carry out is shown instead (visible.py).

A command is a Command and returns an Answer. One that prints before it ends (events, a plan to confirm) also writes to the
Output, which click.pass_obj hands to it.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import click

from chargerctl.errors import ChargerctlError
from chargerctl.visible import visible

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_INTERRUPTED = 130
# Control characters that JSON lets through: 0x9b begins an escape sequence in some terminals.
_IN_JSON = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


@dataclass(frozen=True)
class Answer:
    """What a command returns: `value` for --json; for a person `lines` on stdout and `notes` on stderr.

    None as the value prints nothing with --json: the command has printed everything already.
    """

    value: object = None
    lines: Iterable[str] = ()
    notes: Iterable[str] = ()
    status: int = 0


def of_system(error: OSError) -> ChargerctlError:
    """What no command expects, such as a folder that may not be read on the way to a file."""
    where = f"{os.fsdecode(error.filename)}: " if error.filename else ""
    return ChargerctlError(f"{where}{error.strerror or error}")


def failure(error: ChargerctlError | click.ClickException | click.Abort) -> Answer:
    """An error as the Answer of the command that it ended."""
    if isinstance(error, ChargerctlError):
        return Answer(error.as_json(), notes=error.lines(), status=error.exit_status)
    if isinstance(error, click.Abort):
        return Answer({"error": "stopped"}, notes=["chargerctl: stopped"], status=_INTERRUPTED)
    with_usage = io.StringIO()
    error.show(with_usage)
    notes = with_usage.getvalue().removesuffix("\n").split("\n")
    return Answer({"error": error.format_message()}, notes=notes, status=error.exit_code)


@dataclass
class Output:
    """Where one run of chargerctl prints."""

    as_json: bool = False

    def answer(self, answer: Answer) -> int:
        """Print it; return the exit status."""
        if answer.value is not None:
            self.json(answer.value)
        self.text(*answer.lines)
        self.note(*answer.notes)
        return answer.status

    def text(self, *lines: str) -> None:
        """Lines on stdout; with --json nothing."""
        if not self.as_json:
            for line in lines:
                print(visible(line), flush=True)

    def note(self, *lines: str) -> None:
        """Lines on stderr; with --json nothing."""
        if not self.as_json:
            self.diagnose(*lines)

    def diagnose(self, *lines: str) -> None:
        """Lines on stderr, with --json too."""
        for line in lines:
            print(visible(line), file=sys.stderr, flush=True)

    def json(self, value: object) -> None:
        """One line of JSON on stdout; without --json nothing."""
        if self.as_json:
            print(json_line(value), flush=True)


def json_line(value: object, default: Callable[[object], object] | None = None) -> str:
    """UTF-8 as it is; where stdout has another encoding, as escapes, and what no encoding can carry, such as half a
    surrogate pair from the wire, too. default: makes something of what JSON has no type for, instead of TypeError."""
    import json  # --help starts faster without

    is_utf_8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(value, ensure_ascii=not is_utf_8, default=default).translate(_IN_JSON)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def encodable(text: str) -> str:
    """The text with escapes for what stdout cannot encode. click prints a help itself, and to ASCII it would print UTF-8."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _choose(ctx: click.Context, param: click.Parameter, as_json: bool) -> None:
    ctx.ensure_object(Output).as_json = as_json


class Command(click.Command):
    """A command with --json, which returns an Answer."""

    def __init__(self, name: str | None, *, params: list[click.Parameter] | None = None, **rest: Any) -> None:
        # Eager, so that what is wrong with another option is printed as JSON, too.
        as_json = click.Option(
            ["--json"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_choose,
            help="Print JSON instead of text.",
        )
        super().__init__(name, params=[*(params or ()), as_json], **rest)

    def get_help(self, ctx: click.Context) -> str:
        return encodable(super().get_help(ctx))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, list(args))
        except click.UsageError:
            # The parser stops at the first mistake, maybe before --json: once more, past all of them.
            past_mistakes = dict.fromkeys(
                ("resilient_parsing", "ignore_unknown_options", "allow_extra_args"), True
            )
            with self.make_context(ctx.info_name, args, ctx.parent, **past_mistakes):
                raise  # the files that are arguments are open so far
