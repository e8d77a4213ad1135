# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The process that knee.py measures: chargers in real time, with nothing else that costs.

    python -m bench._fleet.knee_process mqtt|ws PORT

Each line of standard input is something to do, and is answered by a line of JSON on standard output once it is done:

    grow COUNT SECONDS      more chargers, so many in all, one after the other for so long
    pace SECONDS            of all (site.py); what is late is caught up with
    measure SECONDS
    lost                    all connections are cut meanwhile: until all are back

What others take of the cores is left out: the clock of this fleet stands while it waits for one.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from array import array
from pathlib import Path
from random import Random
from typing import Any

from chargerctl.descriptors import raise_limit
from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.fleet.links.mqtt import BrokerAddress, Mqtt
from chargerctl.fleet.links.sockets import Sockets
from chargerctl.fleet.links.websocket import CentralSystem, WebSockets
from chargerctl.fleet.realtime import RealTime
from chargerctl.simulator.machine.clock import Clock

from bench._fleet.site import PACE_S, Site

_US = 1_000_000
_SETTLED_US = 12 * _US
_PACED_US = 10 * _US
"""One charger after the other gets another pace."""
_LOOK_US = 50_000
# What the broker is told: its clock does not stand still. They ping as often as in site.py.
_PATIENT_S = "600"
_PATIENCE_S = 60.0
"""For what may never come to be: all accepted, all back, nothing late any more."""
_SHRINKS_S = 2.0


class Fleet:
    """Hears all of its chargers."""

    def __init__(self, kind: str, port: int) -> None:
        self.clock = Clock()
        self._waiting = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        self._driver = RealTime(self.clock, wall_ns=self._wall_ns)
        self._lateness = array("q")
        self._frames = self._connected = self._accepted = self._tries = 0
        self._random = Random(1)
        self._firmware = Firmware()
        sockets = Sockets(self._driver)
        self._makes: Mqtt | WebSockets
        if kind == "mqtt":
            self._makes = Mqtt(self._firmware, sockets, BrokerAddress("127.0.0.1", port))
        else:
            self._makes = WebSockets(self._firmware, sockets, CentralSystem(f"ws://127.0.0.1:{port}"))
        self._resident = _resident()
        self._sites: list[Site] = []
        self._pace_s = PACE_S
        self._pauses = _Pauses()

    # What is to be done.

    def grow(self, count: int, seconds: int) -> dict[str, Any]:
        began, more = self._begin(), count - len(self._sites)
        for number in range(more):
            self.clock.call_in(seconds * _US * number // more, self._add)
        self._run(seconds * _US)
        self._until(lambda: self._accepted >= count)
        report = self._report(began)
        self._run(_SETTLED_US)
        # As a fleet does (fleet/run.py).
        gc.freeze()
        self._catch_up()
        return report

    def pace(self, seconds: int) -> dict[str, Any]:
        began = self._begin()
        self._pace_s = seconds
        for number, site in enumerate(self._sites):
            self.clock.call_in(_PACED_US * number // len(self._sites), lambda site=site: site.keep(seconds))
        self._run(_PACED_US)
        self._catch_up()
        return self._report(began)

    def measure(self, seconds: int) -> dict[str, Any]:
        began, end_us = self._begin(), self._driver.wall_us() + seconds * _US
        # Of this fleet's wall clock: its own may be behind.
        self._until(lambda: self._driver.wall_us() >= end_us, seconds + _PATIENCE_S)
        return self._report(began)

    def lost(self) -> dict[str, Any]:
        all_of_them = len(self._sites)
        self._begin()
        self._until(lambda: self._connected < all_of_them)
        began = self._times()
        # Each has said at least once that it will try again.
        self._until(lambda: self._tries >= all_of_them <= self._connected)
        return self._report(began)

    def _until(self, done: Any, patience_s: float = _PATIENCE_S) -> None:
        end_us = self._driver.wall_us() + int(patience_s * _US)
        while not done() and self._driver.wall_us() < end_us:
            self._run(_LOOK_US)

    def _run(self, us: int) -> None:
        self._driver.run(self.clock.now_us + us)

    def _catch_up(self) -> None:
        """With what came before: it is not what is measured. Not with what only grows."""
        end_us, behind_us = self._driver.wall_us() + int(_PATIENCE_S * _US), self._behind_us
        while behind_us > _LOOK_US and self._driver.wall_us() < end_us:
            self._until(lambda: self._behind_us <= _LOOK_US, _SHRINKS_S)
            before_us, behind_us = behind_us, self._behind_us
            if behind_us >= before_us:
                return

    @property
    def _behind_us(self) -> int:
        return self._driver.wall_us() - self.clock.now_us

    # What it took.

    def _waited_ns(self) -> int:
        """How long this thread was ready to run while others had the cores."""
        return int(os.pread(self._waiting, 100, 0).split()[1])

    def _wall_ns(self) -> int:
        """As if it had had a core of its own."""
        return time.monotonic_ns() - self._waited_ns()

    def _times(self) -> tuple[float, ...]:
        """In seconds: of the wall, of the CPU, and waited for one."""
        return time.monotonic(), time.process_time(), self._waited_ns() / 1e9

    def _begin(self) -> tuple[float, ...]:
        del self._lateness[:]
        self._frames = self._tries = 0
        self._pauses.longest_s = 0.0
        return self._times()

    def _report(self, began: tuple[float, ...]) -> dict[str, Any]:
        """What was since `began`."""
        late = sorted(self._lateness) or [0]
        wall_s, cpu_s, waited_s = (now - then for now, then in zip(self._times(), began, strict=True))
        return {
            "chargers": len(self._sites),
            "accepted": self._accepted,
            "connected": self._connected,
            "pace_s": self._pace_s,
            "wall_s": wall_s,
            "own_s": wall_s - waited_s,
            "cpu_s": cpu_s,
            "passes": len(late),
            "frames": self._frames,
            "tries": self._tries / len(self._sites),
            **{f"p{part}_ms": late[len(late) * part // 100] / 1000 for part in (50, 99)},
            "worst_ms": late[-1] / 1000,
            "behind_ms": self._behind_us / 1000,
            "pause_ms": self._pauses.longest_s * 1000,
            "kb_each": (_resident() - self._resident) / len(self._sites) / 1024,
        }

    # Its chargers.

    def _add(self) -> None:
        environ = {
            "CHARGER_SERIAL": f"bench-{len(self._sites):05}",
            "CHARGER_WIFI_SSID": "fleet",
            "CHARGER_MQTT_BROKER": "broker.example",
            "CHARGER_MQTT_KEEP_ALIVE": _PATIENT_S,
        }
        network, wall_us = self._makes.network(self._random.randrange), self._driver.wall_us

        def link(*given: Any) -> Any:
            site.link = network.link(*given)
            return site.link

        charger = Charger(self._firmware, self.clock, environ, link, _unix, self, wall_us, boot_us=0)
        site = Site(charger, self.clock, self._random, self._pace_s)
        self._sites.append(site)
        site.begin()

    # As Heard.

    def frame(self, charger: Charger, out: bool, text: str) -> None:
        self._frames += 1

    def log(self, charger: Charger, tag: str, text: str) -> None:
        if text.startswith("BootNotification accepted"):
            self._accepted += 1
        elif "next try" in text:
            self._tries += 1

    def changed(self, charger: Charger, part: str) -> None:
        if part == "link":
            self._connected += 1 if charger.connected else -1

    def late(self, charger: Charger, us: int) -> None:
        self._lateness.append(us)


class _Pauses:
    """How long this Python stood still to collect its garbage."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._began_s = 0.0
        gc.callbacks.append(self._called)

    def _called(self, phase: str, _info: object) -> None:
        now_s = time.thread_time()
        if phase == "start":
            self._began_s = now_s
        else:
            self.longest_s = max(self.longest_s, now_s - self._began_s)


def _unix() -> int:
    return int(time.time())


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def main(kind: str, port: int) -> None:
    raise_limit()
    fleet = Fleet(kind, port)
    does = {"grow": fleet.grow, "pace": fleet.pace, "measure": fleet.measure, "lost": fleet.lost}
    for line in sys.stdin:
        what, *numbers = line.split()
        print(json.dumps(does[what](*map(int, numbers))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
