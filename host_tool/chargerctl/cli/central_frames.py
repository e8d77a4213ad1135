# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central frames`."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import Serial, books_of, the_charger
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command, Output

_PAUSE_S = 0.5


@click.command(cls=Command)
@click.argument("serial", type=Serial())
@click.option(
    "--last", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The last so many frames."
)
@click.option("--follow", is_flag=True, help="Go on with each new frame, until Ctrl-C.")
@central_options()
@click.pass_obj
def command(output: Output, settings: CentralSettings, serial: str, last: int, follow: bool) -> Answer:
    """Show what was said between a charger and the central system: `<-` from the charger, `->` to it.

    An answer has the name of the action that it answers, where its call is kept. Frames are kept for some time
    (keep_frames_days, keep_frames_mb), with *** in place of secrets. With --json and --follow each frame is a
    line.

    \b
    chargerctl central frames garage-1
    chargerctl central frames garage-1 --last 500 --follow
    """
    with books_of(settings) as store:
        from chargerctl.central.books.queries.traffic import calls_before, frames_after, last_frames
        from chargerctl.central.messages.frame_text import FrameText
        from chargerctl.central.views.frame import frame

        the_charger(store, serial, time.time())
        with store.reading() as connection:
            found = last_frames(connection, serial, last)
            earlier = calls_before(connection, found[0].id, serial) if found else []
        text = FrameText()
        for row in earlier:  # so that it knows what the first answers belong to
            text.of(row.text, row.outgoing)
        frames = [asdict(frame(row, text)) for row in found]
        if not follow:
            notes = [] if frames else ["no frame of this charger is kept"]
            return Answer({"serial": serial, "frames": frames}, map(_line, frames), notes)
        newest = found[-1].id if found else 0
        while True:
            for each in frames:
                output.json(each)
                output.text(_line(each))
            time.sleep(_PAUSE_S)
            with store.reading() as connection:
                found = frames_after(connection, newest, serial)
            newest = found[-1].id if found else newest
            frames = [asdict(frame(row, text)) for row in found]


def _line(frame: dict[str, Any]) -> str:
    moment = datetime.fromisoformat(frame["time"]).astimezone().replace(tzinfo=None)
    action = frame["action"] or "?"
    if not sys.stdout.isatty():
        return "\t".join(
            [moment.isoformat(" ", "milliseconds"), frame["direction"], frame["kind"], action, frame["text"]]
        )
    arrow = "->" if frame["direction"] == "out" else "<-"
    what = {"call": action, "result": f"{action} answered", "error": f"{action} CALLERROR"}.get(
        frame["kind"], ""
    )
    return f"{moment.isoformat(' ', 'milliseconds')} {arrow} {f'{what} ' if what else ''}{frame['text']}"
