# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger of a fleet in virtual time, behind a broker in memory, with a central system of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chargerctl.central.conversation.conversation import Conversation
from chargerctl.fleet.charger.charger import BOOT_US, Charger, Heard
from chargerctl.fleet.charger.heard import Several
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.fleet.network.memory import MemoryNetwork
from chargerctl.fleet.script.choose import Choice, check
from chargerctl.fleet.script.heard import ToEvents
from chargerctl.fleet.script.playing import Actor, Playing
from chargerctl.settings import effective_for_simulation
from chargerctl.simulator import uplink
from chargerctl.simulator.machine.clock import NEVER, Clock
from chargerctl.simulator.machine.events import Event, Events
from chargerctl.simulator.network.broker import MemoryBroker
from chargerctl.simulator.script.language import Script

# Whatever pins: they are there, as on the board that `simulate` makes.
_PINS = {"CHARGER_HARDWARE_FEEDBACK_PIN": "MOSI", "CHARGER_HARDWARE_ESTOP_PIN": "MISO"}


@dataclass
class OneCharger:
    """settings: variable -> text, beside those of `simulate`. `events`: all so far."""

    settings: dict[str, str] = field(default_factory=dict)
    firmware: Firmware = field(default_factory=Firmware)
    clock: Clock = field(default_factory=Clock)
    boot_us: int | None = None
    heards: tuple[Heard, ...] = ()

    def __post_init__(self) -> None:
        flat = effective_for_simulation(None, self.settings).flat()
        environ = {name: str(value) for name, value in flat.items()} | _PINS
        happens = Events(self.clock)
        self.events: list[Event] = []
        happens.show_to(self.events.append)
        self.broker = broker = MemoryBroker(self.clock)
        self.network = network = MemoryNetwork(self.clock, happens, broker, lambda n: n // 2)
        boot_us = BOOT_US if self.boot_us is None else self.boot_us
        heard = Several(ToEvents(happens, frames=False), *self.heards)
        self.charger = Charger(
            self.firmware, self.clock, environ, network.link, network.now_utc, heard, boot_us=boot_us
        )
        values, problems = self.firmware.settings(environ)
        assert not problems
        self.central = Conversation()
        topics = values["mqtt.topic_out"], values["mqtt.topic_in"]
        uplink.answer_in_memory(network.ip, broker, topics, self.central)
        self._actor = Actor(1, self.charger, network.ip, happens, self.central)

    def play(self, script: Script) -> None:
        """Switch it on and carry the script out. AssertionError where a line does not hold."""
        check(script, 1, lambda serial: serial == self.charger.serial)
        playing = Playing(Choice(script, 1, seed=1))
        playing.add(self._actor)
        self.charger.power(True)
        while playing.left:
            self.step()
        assert not playing.failed, playing.failed[self.charger.serial]

    def run_for(self, seconds: float) -> None:
        until_us = self.clock.now_us + round(seconds * 1e6)
        while self.clock.now_us < until_us:
            self.step(until_us)

    def step(self, until_us: int = NEVER) -> None:
        self.clock.step(until_us)
        if self.clock.failure is not None:
            raise self.clock.failure

    def frames(self, direction: str) -> Sequence[object]:
        return [each["frame"] for each in self.events if each["kind"] == "frame" and each["dir"] == direction]
