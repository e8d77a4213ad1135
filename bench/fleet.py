# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a fleet of the firmware's chargers takes, and our central system and bridge under it, part by part: PARTS.

knee: how many chargers one core carries in real time, and what load (_fleet/knee.py).

thousand: 1,000 chargers in real time before `central serve` (_fleet/thousand.py). storm: all lose power; cut: all lose
their connection (_fleet/storm.py). These three on several ways (_fleet/under.py), in columns: thousand takes half an hour,
the others a quarter; a way that is not over five minutes after its time is ended.

virtual: 5,000 for an hour in virtual time. day: 24 hours in virtual time. Of both the books are checked to the watt-hour
(_fleet/hours.py).

--chargers 1000,2000: how many; --seconds 20: how long each is measured, or charges before the storm; --to: over what, of the
knee mqtt,ws, of thousand, storm and cut mosquitto,postgres,two,bridge,ocppj; --minutes 11.5: how long the knee may be
searched; --hours, --workers: of virtual and day.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence

from bench._fleet import hours, knee, storm, thousand
from bench._fleet.under import WAYS
from bench._processes import warn_if_busy

ONLY_BY_NAME = True
# A process has 20,000 descriptors on many machines, and mosquitto needs one for each, too.
CHARGERS = {"mqtt": "2000,19000", "ws": "8000"}
_KNEE_S = 20
# How much of its minutes the knee has over MQTT, where it is searched for more chargers.
_PART = {"mqtt": 0.62, "ws": 1.0}
_ON_WAYS = ("thousand", "storm", "cut")


def main(words: Sequence[str] = ()) -> None:
    options = ArgumentParser("python -m bench fleet")
    options.add_argument("parts", nargs="*", metavar="PART")
    for name in ("chargers", "seconds", "to", "hours", "minutes", "workers"):
        options.add_argument(f"--{name}", default="")
    given = options.parse_args(words)
    for wrong in set(given.parts) - set(PARTS):
        options.error(f"{wrong}: there is no such part; there are {', '.join(PARTS)}")
    if set(given.parts) <= set(_ON_WAYS):
        for wrong in set(filter(None, given.to.split(","))) - set(WAYS):
            options.error(f"--to {wrong}: there is no such way; there are {', '.join(WAYS)}")
    warn_if_busy()
    for part in given.parts or PARTS:
        print(f" {part}", flush=True)
        PARTS[part](given)


def _all_knees(given: Namespace) -> None:
    end_s = time.monotonic() + 60 * float(given.minutes or 11.5)
    kinds = (given.to or "mqtt,ws").split(",")
    for kind in kinds:
        left_s = end_s - time.monotonic()
        counts = [int(count) for count in (given.chargers or CHARGERS[kind]).split(",")]
        limit_s = left_s if kind == kinds[-1] else left_s * _PART[kind]
        knee.main(kind, counts, int(given.seconds or _KNEE_S), limit_s)


def _thousand_of(given: Namespace) -> None:
    thousand.main(int(given.chargers or 1000), int(given.seconds or 300), _ways(given, tuple(WAYS)))


def _storm_of(given: Namespace) -> None:
    storm.power(int(given.chargers or 1000), int(given.seconds or 90), _ways(given, storm.POWER_WAYS))


def _cut_of(given: Namespace) -> None:
    storm.cut(int(given.chargers or 1000), int(given.seconds or 90), _ways(given, storm.CUT_WAYS))


def _ways(given: Namespace, usual: Sequence[str]) -> Sequence[str]:
    return given.to.split(",") if given.to else usual


def _virtual_of(given: Namespace) -> None:
    hours.main(int(given.chargers or 5000), float(given.hours or 1), int(given.workers or 2))


def _day_of(given: Namespace) -> None:
    hours.main(int(given.chargers or 100), float(given.hours or 24), int(given.workers or 1))


PARTS: dict[str, Callable[[Namespace], None]] = {
    "knee": _all_knees,
    "thousand": _thousand_of,
    "virtual": _virtual_of,
    "storm": _storm_of,
    "cut": _cut_of,
    "day": _day_of,
}


if __name__ == "__main__":
    main()
