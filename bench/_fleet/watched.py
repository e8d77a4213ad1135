# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The process of a fleet that loaded.py starts. It does what `chargerctl fleet` does, and asks the chargers
themselves, too: what their meters have counted, and when each was there again.

    python -m bench._fleet.watched BOOKS power|connection

On standard input, a plan (fleet/plan.py), a line of JSON. On standard output, JSON objects, one a line: `states` and
`fleet_s`, once a second; in the end `report`, as of `chargerctl fleet`, with `back_s`, `books` and `peak_mb`.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict

from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.report.summary import summary
from chargerctl.fleet.share import Share

from bench._fleet.books import Sent, check


class Outages:
    """A Heard. For how many seconds each charger that had begun to charge was away: from when its power came back to the
    answer to its BootNotification, or from when its connection was lost to the last one that it made."""

    def __init__(self, of: str) -> None:
        """of: power or connection."""
        self._of = of
        self._charged: set[str] = set()
        self._since_us: dict[str, int] = {}
        self._until_us: dict[str, int] = {}

    @property
    def back_s(self) -> list[float]:
        return sorted((us - self._since_us[serial]) / 1e6 for serial, us in self._until_us.items())

    def frame(self, charger: Charger, out: bool, text: str) -> None:
        pass

    def log(self, charger: Charger, tag: str, text: str) -> None:
        if self._of == "power" and text.startswith("BootNotification accepted"):
            self._back(charger)

    def changed(self, charger: Charger, part: str) -> None:
        if part == "contact" and charger.relay.contactor_closed:
            self._charged.add(charger.serial)
        if charger.serial not in self._charged:
            return
        if part == "power" and self._of == "power" and charger.powered:
            self._since_us[charger.serial] = charger.clock.now_us
        elif part == "link" and self._of == "connection":
            if charger.connected:
                self._back(charger)
            else:
                self._since_us.setdefault(charger.serial, charger.clock.now_us)

    def late(self, charger: Charger, us: int) -> None:
        pass

    def _back(self, charger: Charger) -> None:
        if charger.serial in self._since_us:
            self._until_us[charger.serial] = charger.clock.now_us


def main(books: str, outage: str) -> None:
    plan = Plan.from_json(sys.stdin.readline())
    sent, outages = Sent(), Outages(outage)
    measured = Share(plan, sent, outages).run(_tell)
    found = {
        "report": summary(plan, measured, ()),
        "back_s": outages.back_s,
        "books": asdict(check(sent, books)),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(found), flush=True)


def _tell(measured: Measured) -> None:
    print(json.dumps({"fleet_s": measured.fleet_s, "states": dict(measured.tally.states)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
