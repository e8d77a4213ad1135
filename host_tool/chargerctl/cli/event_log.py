# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a service reports while it runs: a line on stderr each; with --json a line of JSON on stdout."""

from __future__ import annotations

from datetime import UTC, datetime

from chargerctl.cli.output import Output
from chargerctl.events.event import Event


class Log:
    """Prints events. One thread at a time calls it."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def __call__(self, event: Event) -> None:
        now = datetime.now(UTC)
        self._output.json(
            {
                "time": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "what": event.what,
                "serial": event.serial or None,
                "text": event.text,
                "details": dict(event.details),
            }
        )
        who = f"{event.serial}: " if event.serial else ""
        self._output.note(f"{now.astimezone():%Y-%m-%d %H:%M:%S}  {who}{event.text}")
