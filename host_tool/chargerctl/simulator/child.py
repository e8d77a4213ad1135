# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The process that a simulation runs in: a job comes in on stdin, events go out on stdout, one JSON object a line.

A process of its own, because what a power cut leaves behind is a thread that must never run again, and because the
board's program sees none of the laptop's modules. It ends when its stdin does: when the process that started it is gone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading

from chargerctl.errors import ChargerctlError
from chargerctl.simulator import session
from chargerctl.simulator.job import Job
from chargerctl.simulator.machine.events import Event


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
    job = Job.from_json(sys.stdin.readline())
    threading.Thread(target=_end_with_stdin, name="lifeline", daemon=True).start()
    try:
        return session.run(job, write)
    except ChargerctlError as error:
        write({"kind": "error", **error.as_json(), "exit_status": error.exit_status})
        return error.exit_status
    finally:
        out.flush()


def _end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(1)
