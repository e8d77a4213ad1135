# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Carries a script out on the chargers of a fleet, each at its own pace: by the virtual board's runner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chargerctl.central.conversation.conversation import Conversation
from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.script.choose import Choice, needs_record
from chargerctl.fleet.script.hands import Hands
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.script.line import Stage
from chargerctl.simulator.script.record import Record
from chargerctl.simulator.script.runner import Runner
from chargerctl.simulator.script.stage import Wire


@dataclass(frozen=True)
class Actor:
    """One charger, its number in the whole fleet from 1 on, its network and its own events (heard.py). central: its own
    one, for csms lines."""

    number: int
    charger: Charger
    wire: Wire
    events: Events
    central: Conversation | None = None


class Playing:
    """`left`: how many have not come to the end of the script; `failed`: serial -> which line did not hold, and why."""

    def __init__(self, choice: Choice, over: Callable[[], object] = lambda: None) -> None:
        """over: called when all have come to the end of it."""
        self._choice = choice
        self._over = over
        self.left = 0
        self.failed: dict[str, str] = {}

    def add(self, actor: Actor) -> None:
        """Have one charger begin at the next step of its clock."""
        charger = actor.charger
        script = self._choice.script_of(actor.number, charger.serial)
        self.left += 1
        hands = Hands(charger)
        # Nothing is kept for a script that never looks back.
        heard = actor.events if needs_record(script.statements) else Events(charger.clock)
        stage = Stage(hands, hands, actor.wire, actor.central, Record(heard))
        Runner(
            script, charger.clock, actor.events, stage, lambda why: self._ended(charger.serial, why)
        ).start()

    def _ended(self, serial: str, why: str) -> None:
        if why:
            self.failed[serial] = why
        self.left -= 1
        if not self.left:
            self._over()
