# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A fleet in real time, for tests: its chargers have their power at once, and what passes is kept."""

from __future__ import annotations

import json
import time

import pytest
from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.fleet.links.sockets import Sockets
from chargerctl.fleet.realtime import RealTime
from chargerctl.simulator.machine.clock import Clock

_LOOK_US = 20_000
# A charger waits half a minute for an answer, and repeats after a minute what found nobody: what is lost on a busy machine
# comes about yet.
_PATIENCE_S = 180
CARD = "04A1B2C3"


class Fleet:
    """chargers: by serial. Hears all of them: `frames` (serial, out, frame), `lines` (serial, text) in the order of time."""

    def __init__(self):
        self.clock = Clock()
        self.driver = RealTime(self.clock)
        self.sockets = Sockets(self.driver)
        self.firmware = Firmware()
        self.chargers = {}
        self.networks = {}
        self.frames = []
        self.lines = []
        self.patience_s = _PATIENCE_S

    def add(self, makes, *serials, **settings):
        for serial in serials:
            environ = {
                "CHARGER_SERIAL": serial,
                "CHARGER_WIFI_SSID": "fleet",
                "CHARGER_MQTT_BROKER": "broker.example",
                "CHARGER_MQTT_KEEP_ALIVE": "5",
                **{f"CHARGER_{name.upper()}": value for name, value in settings.items()},
            }
            network = self.networks[serial] = makes.network()
            self.chargers[serial] = charger = Charger(
                self.firmware,
                self.clock,
                environ,
                network.link,
                lambda: int(time.time()),
                self,
                self.driver.wall_us,
                boot_us=0,
            )
            charger.power(True)

    # What tests wait for.

    def until(self, holds, what=""):
        end = time.monotonic() + self.patience_s
        while not holds():
            self.driver.run(self.clock.now_us + _LOOK_US)
            if time.monotonic() > end:
                pytest.fail(f"{what or 'it'} did not come about: {self.lines[-5:]}, {self.frames[-5:]}")

    def until_called(self, action, *serials, **payload):
        """By each of these chargers, all if none is named; with a payload that has this."""
        self.until(
            lambda: all(self.calls(action, each, **payload) for each in serials or self.chargers), action
        )

    def until_said(self, words, *serials):
        self.until(lambda: all(self.said(words, each) for each in serials or self.chargers), words)

    def calls(self, action, serial, **payload):
        """The payloads of its calls; action ...: of all."""
        return [
            frame[3]
            for name, out, frame in self.frames
            if name == serial
            and out
            and frame[0] == 2
            and action in (..., frame[2])
            and payload.items() <= frame[3].items()
        ]

    def answers(self, serial):
        return [frame for name, out, frame in self.frames if name == serial and not out]

    def said(self, words, serial):
        return [text for name, text in self.lines if name == serial and words in text]

    def forget(self):
        self.frames.clear()
        self.lines.clear()

    def begin_session(self, *serials):
        for serial in serials or self.chargers:
            charger = self.chargers[serial]
            charger.cable.on, charger.reader.card = True, CARD
            charger.meter.power(7200)
            charger.stir()
        self.until_called("StatusNotification", *serials, status="Charging")

    def end_session(self, *serials):
        for serial in serials or self.chargers:
            charger = self.chargers[serial]
            charger.cable.on, charger.reader.card = False, None
            charger.stir()
        self.until_called("StopTransaction", *serials)

    # As Heard.

    def frame(self, charger, out, text):
        self.frames.append((charger.serial, out, json.loads(text)))

    def log(self, charger, tag, text):
        self.lines.append((charger.serial, text))

    def changed(self, charger, part):
        pass

    def late(self, charger, us):
        pass

    def power_off(self):
        for charger in self.chargers.values():
            charger.power(False)

    def close(self):
        self.power_off()
        self.sockets.close()
        self.driver.close()


def answer_to(frame):
    """A central system's answer, which lets everybody in; None to what is no call."""
    kind, number, action, *_ = json.loads(frame)
    if kind != 2:
        return None
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    accepted = {"status": "Accepted"}
    payload = {
        "BootNotification": {**accepted, "currentTime": now, "interval": 300},
        "Heartbeat": {"currentTime": now},
        "Authorize": {"idTagInfo": accepted},
        "StartTransaction": {"transactionId": 1, "idTagInfo": accepted},
    }.get(action, {})
    return json.dumps([3, number, payload])
