# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A process of hours.py, in virtual time: its share of chargers with customers, before our own central system.

    python -m bench._fleet.hours_process CHARGERS HOURS ARRIVALS_AN_HOUR BOOKS [WORKER WORKERS]

On standard output JSON objects, one a line: how far it is, at each tenth of the time; then what it took, and what the books
have of it.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.share import Share

from bench._fleet.books import Sent, check

_START_UNIX = 1_795_332_600
_TENTHS = 10


class Progress:
    """Tells of each tenth, once."""

    def __init__(self, hours: float) -> None:
        self._hours = hours
        self._tenths = 0
        self._began_s = time.monotonic()

    def tell(self, so_far: Measured) -> None:
        hours = so_far.fleet_s / 3600
        tenths = int(hours / self._hours * _TENTHS)
        if self._tenths < tenths < _TENTHS:
            self._tenths = tenths
            self.say(hours)

    def say(self, hours: float, **more: Any) -> None:
        took = {"cpu_s": time.process_time(), "wall_s": time.monotonic() - self._began_s}
        print(json.dumps({"hours": hours, **took, "resident": _resident(), **more}), flush=True)


def main(count: int, hours: float, arrivals_h: float, books: str, worker: int = 0, workers: int = 1) -> None:
    before = _resident()
    progress = Progress(hours)
    plan = Plan(
        count,
        seed=1,
        settings={"CHARGER_WIFI_SSID": "fleet", "CHARGER_MQTT_BROKER": "broker.example"},
        arrivals_h=arrivals_h,
        duration_s=hours * 3600,
        start_unix=_START_UNIX,
        books=books,
        worker=worker,
        workers=workers,
    )
    sent = Sent()
    share = Share(plan, sent)
    progress.say(0.0)
    tally = share.run(progress.tell).tally
    progress.say(
        hours,
        grown=_resident() - before,
        frames=tally.counts["frames_out"] + tally.counts["frames_in"],
        lost=tally.counts["lost"],
        double=tally.counts["double"],
        violations=tally.violations.total(),
        books=vars(check(sent, books)),
    )


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), sys.argv[4], *map(int, sys.argv[5:]))
