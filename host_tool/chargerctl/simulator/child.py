# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The process that a simulation runs in: a job comes in on stdin, events go out on stdout, one JSON object a line.

A process of its own, because what a power cut leaves behind is a thread that must never run again, and because the
board's program sees none of the laptop's modules. It ends when its stdin does: when the process that started it is gone.
Until then, lines of the script language may come there, which act at once.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import threading

from chargerctl.errors import ChargerctlError
from chargerctl.simulator import session
from chargerctl.simulator.job import Job
from chargerctl.simulator.machine.events import Event
from chargerctl.simulator.script.hand import LONGEST, Hand


def main() -> int:
    """Run the job; return its exit status."""
    # Nothing but events may reach the real stdout, even when a library prints.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)

    def write(event: Event) -> None:
        try:
            out.write(json.dumps(event) + "\n")
            out.flush()
        except OSError:
            # The reader is gone. Not an exception: this may be the program's thread, where it would be caught.
            os._exit(1)

    # A shell that starts the command in the background has interrupts ignored, and that is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    assert isinstance(sys.stdin, io.TextIOWrapper)
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    job = Job.from_json(sys.stdin.readline())
    hands: list[Hand] = []  # one, once there is a board
    threading.Thread(target=_read_stdin, args=[hands], name="stdin", daemon=True).start()
    try:
        return session.run(job, write, hands.append)
    except ChargerctlError as error:
        write({"kind": "error", **error.as_json(), "exit_status": error.exit_status})
        return error.exit_status
    finally:
        out.flush()


def _read_stdin(hands: list[Hand]) -> None:
    """Pass lines on, to the end, with which the process ends. Lines that come before there is a board are lost."""
    cut = False
    # Longer lines come in pieces, of which only the first is passed on: it is too long, and refused.
    while line := sys.stdin.readline(LONGEST + 2):
        if not cut:
            for hand in hands:
                hand.give(line.rstrip("\n"))
        cut = not line.endswith("\n")
    os._exit(1)
