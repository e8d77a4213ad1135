# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Shows the progress of a deploy: a bar with bytes and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from chargerctl.deploy.change import size_text
from chargerctl.deploy.drive import Progress

_EVERY = 64 * 1024  # bytes between two plain lines


@contextmanager
def shown_progress(out: Console, total: int) -> Iterator[Progress]:
    """A Progress for `total` bytes, shown on `out`."""
    if out.is_terminal:
        columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
        with Bar(*columns, console=out, transient=True) as bar:
            task = bar.add_task("writing", total=total)
            yield lambda count, path: bar.update(task, advance=count, description=path)
        return
    done = shown = 0

    def advance(count: int, path: str) -> None:
        nonlocal done, shown
        done += count
        if done - shown >= _EVERY:
            shown = done
            out.print(f"{size_text(done)} of {size_text(total)} written", soft_wrap=True)

    yield advance
