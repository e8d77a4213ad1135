# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Sessions of the real firmware in virtual time with the rules of the bridge in between, whose WebSocket breaks at one
frame: python -m tests.whole.bridge.cuts NUMBER…  prints a line of JSON for each; -1 for an unbroken one.

What Charger and Service do at a break is here, too: the charger is told `offline`, and two seconds later `online`.
"""

import json
import os
import re
import sys
from pathlib import Path

from chargerctl.bridge.passage import Passage
from chargerctl.cli.drive_to_boot import new_drive
from chargerctl.simulator import session, uplink
from chargerctl.simulator.job import Job
from chargerctl.simulator.network.broker import MemoryBroker
from chargerctl.simulator.script.language import parse

# Nothing is expected on the way: where the answer to a card is lost, the customer swipes once more, and begins with it what
# would have ended otherwise.
SCRIPT = """
meter 22
wait 25
plug
wait 3
swipe 04A1B2C3
wait 9
swipe 04A1B2C3
wait 9
unplug
wait 20
"""
DOWN_US = 2_000_000


class Bridge:
    """`cut`: the frame, counted both ways, that finds the WebSocket broken, and is lost with it."""

    def __init__(self, network, values, central, cut):
        self.central = central
        self.passed = 0
        self.notes = []
        self._network = network
        self._cut = cut
        self._passage = Passage()
        self._topics = values.mqtt.topic_out, values.mqtt.topic_in
        self._broker = MemoryBroker(network.clock, values.mqtt.username, values.mqtt.password)
        network.serve(values.mqtt.broker, values.mqtt.port, self._broker)
        self._broker.listen(self._topics[0], self._from_charger)
        self._broker.listen(self._topics[0] + "/connection", lambda topic, payload: None)
        self._open()

    @property
    def _now(self):
        return self._network.clock.now_us / 1e6

    def _open(self):
        self._passage.opened()
        self._state(b"online")

    def _state(self, state):
        self._broker.publish(self._topics[1] + "/connection", state, retain=True)

    def _breaks(self):
        """At this frame?"""
        self.passed += 1
        if self.passed - 1 != self._cut:
            return False
        self._passage.closed(self._now)
        self._state(b"offline")
        self._network.clock.call_in(DOWN_US, self._open)
        return True

    def _from_charger(self, topic, payload):
        if self._passage.is_open and self._breaks():
            return
        verdict = self._judged(self._passage.from_charger(payload, self._now))
        if verdict.forward is not None:
            for frame in self.central.handle(verdict.forward, self._network.time.unix()):
                self._from_central(frame)

    def _from_central(self, frame):
        if not self._passage.is_open or self._breaks():
            return
        verdict = self._judged(self._passage.from_central(frame, self._now))
        if verdict.answer is not None:
            self.central.handle(verdict.answer, self._network.time.unix())
        if verdict.forward is not None:
            self._broker.publish(self._topics[1], verdict.forward)

    def _judged(self, verdict):
        if verdict.note:
            self.notes.append(verdict.note.text)
        return verdict


def play(cut):
    made = []

    def in_between(network, values, central):
        made.append(Bridge(network, values, central, cut))

    uplink.in_memory = in_between
    settings = ("ocpp.meter_value_sample_interval=2",)
    events = []
    with new_drive(None, settings, (), lambda *_: None) as drive:
        session.run(Job(drive, False, parse(SCRIPT, "cuts", Path())), events.append)
    (bridge,) = made
    ledger = bridge.central.ledger
    console = "".join(str(event["text"]) for event in events if event["kind"] == "console")
    ends = [re.findall(rf"transaction {word}.*? at (\d+) Wh", console) for word in ("started", "stopped")]
    return {
        "cut": cut,
        "frames": bridge.passed,
        "charged_wh": [int(stop) - int(start) for start, stop in zip(*ends, strict=True)],
        "booked_wh": [each.energy_wh for each in ledger.transactions.values()],
        "complaints": ledger.complaints() + [each.reason for each in bridge.central.violations],
        "dropped": bridge.notes,
    }


def main():
    for number in sys.argv[1:]:
        print(json.dumps(play(int(number))), flush=True)
    # Threads of programs that have lost their power are still there.
    os._exit(0)


if __name__ == "__main__":
    main()
