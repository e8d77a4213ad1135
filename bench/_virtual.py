# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The process that bench/fleet.py measures in virtual time: chargers with customers, before our own central system.

    python -m bench._virtual CHARGERS HOURS ARRIVALS_AN_HOUR BOOKS

On standard output, one JSON object: what it took, and what the books have of it.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from chargerctl.fleet.plan import Plan
from chargerctl.fleet.running import Share

from bench._books import Sent, check

_START_UNIX = 1_795_332_600


def main(count: int, hours: float, arrivals_h: float, books: str) -> None:
    before = _resident()
    plan = Plan(
        count,
        seed=1,
        settings={"CHARGER_WIFI_SSID": "fleet", "CHARGER_MQTT_BROKER": "broker.example"},
        arrivals_h=arrivals_h,
        duration_s=hours * 3600,
        start_unix=_START_UNIX,
        books=books,
    )
    sent = Sent()
    share = Share(plan, sent)
    made_s, made = time.process_time(), _resident()
    measured = share.run(lambda so_far: None)
    cpu_s = time.process_time() - made_s
    after = _resident()
    counts = measured.tally.counts
    found = {
        "wall_s": measured.wall_s,
        "cpu_s": cpu_s,
        "charger_hours_a_cpu_s": count * hours / cpu_s,
        "frames": counts["frames_out"] + counts["frames_in"],
        "kb_each_made": (made - before) / count / 1024,
        "kb_each": (after - before) / count / 1024,
        "lost": counts["lost"],
        "double": counts["double"],
        "violations": measured.tally.violations.total(),
        "books": str(check(sent, books)),
    }
    print(json.dumps(found), flush=True)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
