# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How far a command is, on a terminal: one line on stderr that is gone in the end. In a pipe, and with --json, nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chargerctl.cli.output import Output

At = Callable[[str, int, int], object]
"""at(what, done, total): what is done now, and how much of it."""


@contextmanager
def shown_progress(output: Output) -> Iterator[At]:
    if output.as_json or not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console  # slow to load
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)


@contextmanager
def waiting(output: Output, text: str) -> Iterator[None]:
    """A line with a sign that turns, while something is awaited."""
    if output.as_json or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # slow to load
    from rich.text import Text

    with Console(stderr=True).status(Text(text)):
        yield
