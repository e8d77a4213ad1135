# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Shows the progress of a deploy: a bar with bytes and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from chargerctl.deploy.change import size_text
from chargerctl.deploy.drive import Progress
from chargerctl.visible import visible

if TYPE_CHECKING:
    from rich.console import Console

_SOON_S = 5  # what is left of a fast drive is not worth a word
_EVERY = 64 * 1024  # bytes between two plain lines


@contextmanager
def shown_progress(
    total: int,
    say: Callable[[str], None],
    terminal: Console | None,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Progress]:
    """A Progress for `total` bytes: a bar on the terminal, or lines by say()."""
    if terminal:
        from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        text = TextColumn("{task.description}", markup=False)
        with Bar(
            text, BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=terminal, transient=True
        ) as bar:
            task = bar.add_task("writing", total=total)
            yield lambda count, path: bar.update(task, advance=count, description=visible(path))
        return
    done = shown = 0
    began = now()

    def advance(count: int, path: str) -> None:
        nonlocal done, shown
        done += count
        if done - shown >= _EVERY:
            shown = done
            with suppress(OSError):  # a pipe that nothing reads any more does not stop a deploy half-way
                say(
                    f"{_left((now() - began) * (total - done) / done)}{size_text(done)} of {size_text(total)} written"
                )

    yield advance


def _left(seconds: float) -> str:
    return f"about {seconds:.0f} s left: " if seconds >= _SOON_S else ""
