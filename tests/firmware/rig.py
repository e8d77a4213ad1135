# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Plain-Python collaborators of the charger's core, and a rig that joins all of it on one fake clock.

Runs on CPython and, for the memory measurements, on the 32-bit VM: nothing here that MicroPython lacks.
"""

import json

from charger import checks, settings
from charger.clock import Clock
from charger.core import Core
from charger.journal import Journal
from charger.ticks import add

REQUIRED = {"CHARGER_WIFI_SSID": "bench", "CHARGER_MQTT_BROKER": "broker", "CHARGER_SERIAL": "t-1"}


class Relay:
    closed = False
    fault = None

    def close(self):
        self.closed = True

    def open(self):
        self.closed = False


class Lock:
    engaged = False
    fitted = True

    def engage(self):
        self.engaged = True

    def release(self):
        self.engaged = False


class Contact:
    """A cable switch, an emergency stop or a button: `on` is its raw level."""

    on = False
    fitted = True

    def plugged(self):
        return self.on

    def pressed(self):
        return self.on


class Auxiliary:
    """The contactor's auxiliary contact: it follows the relay at once, unless it is `stuck` closed (True) or open."""

    stuck = None

    def __init__(self, relay):
        self._relay = relay

    def pressed(self):
        return self._relay.closed if self.stuck is None else self.stuck


class Reader:
    lost = False
    fitted = True
    uid = None

    def step(self, now):
        uid, self.uid = self.uid, None
        return uid


class Meter:
    lost = False
    energy_wh = 1000
    pulses = property(lambda self: self.energy_wh)
    power_w = 0

    def step(self, now):
        pass


class Led:
    lost = False

    def show(self, state, now):
        self.state = state


class Stalls:
    spent = False
    idle = True
    watchdog_seconds = 8
    granted_ms = 0

    def follow(self, interlock):
        pass

    def fits(self, ms):
        return True

    may = allow = fits


class Store:
    crash_count = 0
    fault = trouble = None
    blocking = failing = False

    def save(self, crash_count, fault, failing=False):
        self.crash_count, self.fault, self.failing = crash_count, fault, failing


class Idle:
    """A part of the board that does nothing here."""

    connected = True
    address = "192.0.2.7"

    def __init__(self, *_):
        pass

    def step(self, now):
        pass


class Screen(Idle):
    state = local_time = address = None
    lost = welded = False

    def __init__(self):
        self.notices = []
        self.charging = None

    def notice(self, text, ms):
        self.notices.append(text)

    def charge(self, energy_wh, elapsed_s):
        self.charging = None if energy_wh is None else (energy_wh, elapsed_s)


class Link(Idle):
    """Keeps what was published; `deliver` is what the central system publishes."""

    def __init__(self):
        self.connected = True
        self.sent = []
        self.inbound = []

    def close(self):
        self.connected = False

    def publish(self, frame):
        if self.connected:
            self.sent.append(json.loads(frame))
        return self.connected

    def receive(self):
        return self.inbound.pop(0) if self.inbound else None

    def deliver(self, frame):
        self.inbound.append(frame if isinstance(frame, (str, bytes)) else json.dumps(frame))


class Rig:
    """The whole core on a board that is this object, stepped 5 ms at a time.

    `store`, `journal`: the nvm of an earlier start; `reason`: of this one; `measured`: there is a contact for the contactor.
    `answers`: action -> payload, or a function of the payload, or None.
    """

    faults = ()
    auto_reload = Idle

    def __init__(
        self,
        now=0x1FFF0000,
        link=None,
        cable_in=False,
        store=None,
        measured=False,
        reason="power",
        journal=None,
        **overrides,
    ):
        environ = dict(REQUIRED)
        for key, text in overrides.items():
            environ["CHARGER_" + key] = text
        values, problems = settings.load(checks.check, environ.get)
        assert not problems
        self.now = now
        self.log_lines = []
        self.utc = 1795332600  # 2026-11-22T07:30:00Z
        self.rtc = 946684800
        self.relay, self.lock, self.cable = Relay(), Lock(), Contact()
        self.cable.on = cable_in
        self.emergency_stop, self.service_button, self.card_reader = Contact(), Contact(), Reader()
        self.contactor = Auxiliary(self.relay) if measured else None
        self.meter, self.led, self.screen = Meter(), Led(), Screen()
        self.has_meter = values["hardware.meter_pulses_per_kwh"] > 0
        self.stalls = Stalls()
        self.reserve = [bytearray(1)]
        self.link = Link() if link is None else link
        self.wifi, self.ntp = Idle(), Idle()
        self.console = Idle()
        self.console.log = self.log
        self.system = self
        self.reboots = []
        self.store = Store() if store is None else store
        self.clock = Clock(lambda: self.rtc, self._set_rtc, 0, self.log)
        self.journal = Journal() if journal is None else journal
        self.core = Core(self, values, reason)
        self.interlock = self.core.interlock
        accepted = {"idTagInfo": {"status": "Accepted"}}
        self.answers = {
            "BootNotification": {
                "status": "Accepted",
                "interval": 300,
                "currentTime": "2026-11-22T07:30:00Z",
            },
            "Heartbeat": {"currentTime": "2026-11-22T07:30:00Z"},
            "StatusNotification": {},
            "Authorize": accepted,
            "StartTransaction": {"idTagInfo": {"status": "Accepted"}, "transactionId": 7},
            "MeterValues": {},
            "DiagnosticsStatusNotification": {},
            "StopTransaction": {},
        }
        self._answered = 0

    def log(self, tag, text):
        self.log_lines.append(f"{tag} {text}")

    def ticks_ms(self):
        return self.now

    def boot_id(self):
        return "00112233aabbccdd"

    def collect(self):
        pass

    def memory(self):
        return "1 byte free"

    def reboot(self):
        self.reboots.append(self.now)

    def _set_rtc(self, unix):
        self.rtc = unix

    def run(self, ms, step_ms=5):
        for _ in range(ms // step_ms):
            self.now = add(self.now, step_ms)
            self.step()
            self._answer()

    def wait(self, seconds):
        """As run, in long steps: for what takes minutes."""
        self.run(seconds * 1000, 100)

    def step(self):
        """One pass, in the core's own order; what a task raises goes to the test."""
        for task in self.core.urgent + self.core.rest:
            task.step(self.now)

    def _answer(self):
        while self._answered < len(self.link.sent):
            frame = self.link.sent[self._answered]
            self._answered += 1
            if frame[0] == 2:
                answer = self.answers[frame[2]]
                if callable(answer):
                    answer = answer(frame[3])
                if answer is not None:
                    self.link.deliver([3, frame[1], answer])

    def calls(self, action=None):
        """(action, payload) of every call sent, or the payloads of one action."""
        frames = [f for f in self.link.sent if f[0] == 2]
        return [f[3] for f in frames if f[2] == action] if action else [(f[2], f[3]) for f in frames]

    def results(self):
        return [f for f in self.link.sent if f[0] != 2]

    def statuses(self):
        return [p["status"] for p in self.calls("StatusNotification") if p["connectorId"] == 1]

    def call(self, action, payload, unique_id="c1"):
        self.link.deliver([2, unique_id, action, payload])
        self.run(50)
        return self.results()[-1]

    def swipe(self, uid="04A2B3C4"):
        self.card_reader.uid = uid
        self.run(20)

    def plug(self):
        self.cable.on = True
        self.run(700)

    def unplug(self):
        self.cable.on = False
        self.run(500)

    def charge(self):
        """Boot, plug, swipe: ends with the relay closed."""
        self.run(11000)
        self.plug()
        self.swipe()
        self.run(400)
        assert self.relay.closed
