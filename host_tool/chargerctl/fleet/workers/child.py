# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The process of one share of a fleet: its plan comes in on stdin as a line of JSON, what it measures goes out on stdout,
one JSON object a line. A line on stdin that says `stop` ends it in order, the end of stdin at once: then whoever started it
is gone.

Of `kind`: sums (so far, without the series), end (all), error.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any

from chargerctl.errors import ChargerctlError
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.measuring.series import Series
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.record.recorded import share_of

STOP = "stop"


def main() -> int:
    """Carry the plan out; return the exit status."""
    # Nothing but these lines may reach the real stdout, even when a library prints.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    # Ctrl-C goes to the command, which passes it on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def write(kind: str, values: dict[str, Any]) -> None:
        try:
            out.write(json.dumps({"kind": kind, **values}) + "\n")
            out.flush()
        except OSError:
            # The reader is gone.
            os._exit(1)

    def on_sums(measured: Measured) -> None:
        write("sums", {**measured.to_json(), "series": Series(None).to_json()})

    try:
        plan = Plan.from_json(sys.stdin.readline())
        share = share_of(plan)
        threading.Thread(target=_read_stdin, args=[share.stop], name="stdin", daemon=True).start()
        measured = share.run(on_sums)
        write("end", measured.to_json())
    except ChargerctlError as error:
        write("error", {"error": error.message, "exit_status": error.exit_status, "lines": error.lines()})
        return error.exit_status
    return 0


def _read_stdin(stop: Any) -> None:
    for line in sys.stdin:
        if line.strip() == STOP:
            stop()
    os._exit(1)
