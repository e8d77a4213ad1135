# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The process that bench/fleet.py measures: chargers in real time, with nothing else that costs.

    python -m bench._fleet CHARGERS mqtt|ws PORT SECONDS

Each has a session an hour, of half an hour, so that half of them are in one. On standard output, JSON objects, one a line:
`started` once all are connected and accepted, `measured` after SECONDS of their hour; then all connections are to be cut,
and `back` comes once all are connected again.

What others take of the cores is left out: the clock of this fleet stands while it waits for one.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from array import array
from pathlib import Path
from random import Random

from chargerctl.descriptors import raise_limit
from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.fleet.links.mqtt import BrokerAddress, Mqtt
from chargerctl.fleet.links.sockets import Sockets
from chargerctl.fleet.links.websocket import CentralSystem, WebSockets
from chargerctl.fleet.realtime import RealTime
from chargerctl.simulator.machine.clock import Clock

_US = 1_000_000
_HOUR_US, _SESSION_US = 3600 * _US, 1800 * _US
_APART_US = 8_000
"""One charger after the other gets its power."""
_SETTLED_US = 15 * _US
_LOOK_US = 50_000
_CATCH_UP_US = 120 * _US
_WATTS = 7200


class Fleet:
    """Hears all of its chargers."""

    def __init__(self, count: int, kind: str, port: int) -> None:
        self.clock = Clock()
        self._waiting = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        self.driver = RealTime(self.clock, wall_ns=self._wall_ns)
        self.lateness = array("q")
        self.frames = self.connected = self.accepted = self.tries = 0
        self._random = Random(1)
        self._firmware = Firmware()
        sockets = Sockets(self.driver)
        self._makes: Mqtt | WebSockets
        if kind == "mqtt":
            self._makes = Mqtt(self._firmware, sockets, BrokerAddress("127.0.0.1", port))
        else:
            self._makes = WebSockets(self._firmware, sockets, CentralSystem(f"ws://127.0.0.1:{port}"))
        self._resident = _resident()
        self._chargers = [self._charger(number) for number in range(count)]

    def _waited_ns(self) -> int:
        """How long this thread was ready to run while others had the cores."""
        return int(os.pread(self._waiting, 100, 0).split()[1])

    def _wall_ns(self) -> int:
        """As if it had had a core of its own."""
        return time.monotonic_ns() - self._waited_ns()

    def times(self) -> tuple[float, ...]:
        """In seconds: of the wall, of the CPU, and waited for one."""
        return time.monotonic(), time.process_time(), self._waited_ns() / 1e9

    @property
    def resident_kb(self) -> float:
        """Of each charger."""
        return (_resident() - self._resident) / len(self._chargers) / 1024

    def run_until_all(self, attribute: str) -> None:
        while getattr(self, attribute) < len(self._chargers):
            self.driver.run(self.clock.now_us + _LOOK_US)

    def run(self, us: int) -> None:
        self.driver.run(self.clock.now_us + us)

    def catch_up(self) -> None:
        """With what the start has left behind: it is not what is measured."""
        end_us = self.driver.wall_us() + _CATCH_UP_US
        while self.driver.wall_us() < end_us and self.driver.wall_us() - self.clock.now_us > _LOOK_US:
            self.run(_LOOK_US)

    def report(self, name: str, began: tuple[float, ...]) -> None:
        """What was since `began`, times()."""
        late = sorted(self.lateness)
        wall_s, cpu_s, waited_s = (now - then for now, then in zip(self.times(), began, strict=True))
        found = {
            "what": name,
            "wall_s": wall_s,
            "own_s": wall_s - waited_s,
            "cpu_s": cpu_s,
            "passes": len(late),
            "frames": self.frames,
            "tries": self.tries / len(self._chargers),
            **{f"p{part}_ms": late[len(late) * part // 100] / 1000 for part in (50, 99)},
            "worst_ms": late[-1] / 1000,
            "stood_still_s": self.driver.stood_still_us / _US,
            "resident_kb": self.resident_kb,
        }
        print(json.dumps(found), flush=True)
        del self.lateness[:]
        self.frames = self.tries = 0

    def _charger(self, number: int) -> Charger:
        environ = {
            "CHARGER_SERIAL": f"bench-{number:05}",
            "CHARGER_WIFI_SSID": "fleet",
            "CHARGER_MQTT_BROKER": "broker.example",
        }
        link = self._makes.network(self._random.randrange).link
        charger = Charger(
            self._firmware, self.clock, environ, link, _unix, self, self.driver.wall_us, boot_us=0
        )
        start_us = number * _APART_US
        self.clock.call_at(start_us, lambda: charger.power(True))
        # How far it is in its hour, of which the first half is a session.
        into_us = self._random.randrange(_HOUR_US)
        if into_us < _SESSION_US:
            self.clock.call_at(start_us + 5 * _US, lambda: self._arrives(charger, _SESSION_US - into_us))
        else:
            self.clock.call_at(start_us + _HOUR_US - into_us, lambda: self._arrives(charger, _SESSION_US))
        return charger

    def _arrives(self, charger: Charger, stays_us: int) -> None:
        charger.cable.on = True
        charger.meter.power(_WATTS)
        charger.reader.card = "04A1B2C3"
        charger.stir()
        self.clock.call_in(_US, lambda: self._takes_card(charger))
        self.clock.call_in(stays_us, lambda: self._leaves(charger))

    def _takes_card(self, charger: Charger) -> None:
        charger.reader.card = None
        charger.stir()

    def _leaves(self, charger: Charger) -> None:
        charger.cable.on = False
        charger.stir()
        self.clock.call_in(_HOUR_US - _SESSION_US, lambda: self._arrives(charger, _SESSION_US))

    # As Heard.

    def frame(self, charger: Charger, out: bool, text: str) -> None:
        self.frames += 1

    def log(self, charger: Charger, tag: str, text: str) -> None:
        if text.startswith("BootNotification accepted"):
            self.accepted += 1
        elif "next try" in text:
            self.tries += 1

    def changed(self, charger: Charger, part: str) -> None:
        if part == "link":
            self.connected += 1 if charger.connected else -1

    def late(self, charger: Charger, us: int) -> None:
        self.lateness.append(us)


def _unix() -> int:
    return int(time.time())


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def main(count: int, kind: str, port: int, seconds: float) -> None:
    raise_limit()
    fleet = Fleet(count, kind, port)
    began = fleet.times()
    fleet.run_until_all("accepted")
    fleet.report("started", began)
    fleet.run(_SETTLED_US)
    fleet.catch_up()
    del fleet.lateness[:]
    fleet.frames = fleet.tries = 0
    began = fleet.times()
    fleet.run(int(seconds * _US))
    fleet.report("measured", began)
    while fleet.connected:
        fleet.run(_LOOK_US)
    del fleet.lateness[:]
    began = fleet.times()
    fleet.run_until_all("connected")
    fleet.report("back", began)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
