# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The scripts of a fleet, on the chargers of one process: by the virtual board's runner (fleet/script/)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from chargerctl.fleet.charger.charger import Heard
from chargerctl.fleet.measuring.failures import Failure, together
from chargerctl.fleet.network.memory import MemoryNetwork
from chargerctl.fleet.network.network import Network
from chargerctl.fleet.plan import Plan, ScriptText
from chargerctl.fleet.script.choose import Choice, check
from chargerctl.fleet.script.heard import ToEvents
from chargerctl.fleet.script.playing import Actor, Playing
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.script.language import Script, parse
from chargerctl.simulator.script.stage import Wire


def checked(plan: Plan) -> list[Script]:
    """The scripts of a plan; ScriptError for lines that this fleet cannot carry out."""
    scripts = [_parsed(each) for each in plan.scripts]
    serials = {plan.serial(number) for number in range(1, plan.count + 1)} if scripts else set()
    in_memory = plan.broker is None and plan.target is None
    for each in scripts:
        check(each, plan.count, serials.__contains__, own_central=in_memory, own_network=in_memory)
    return scripts


def direct_central(scripts: Sequence[Script]) -> bool:
    """Whether they direct the central system."""
    return any(line.needs_central for each in scripts for line in each.statements)


class Acting:
    """Of a plan, on the chargers of this process."""

    def __init__(self, plan: Plan, scripts: Sequence[Script], over: Callable[[], object]) -> None:
        """over: called when all chargers are at the end of a script."""
        self._plays = [(each.name, Playing(Choice(each, plan.count, plan.seed), over)) for each in scripts]

    @property
    def left(self) -> int:
        """How many chargers have not come to the end of a script."""
        return sum(play.left for _name, play in self._plays)

    @property
    def failures(self) -> list[Failure]:
        """Which line did not hold at which chargers, and which script was not over."""
        found = [Failure(name, f"{name}: not over", play.left) for name, play in self._plays if play.left]
        for name, play in self._plays:
            for serial, why in play.failed.items():
                # What was there instead may be another thing at each charger.
                line = why.removeprefix(f"{name}:").partition(":")[0]
                found.append(Failure(f"{name}:{line}", why, 1, (serial,)))
        return together(found)

    def heard(self, events: Events, network: Network) -> list[Heard]:
        """Who must hear a charger that takes part."""
        return [ToEvents(events, not isinstance(network, MemoryNetwork))] if self._plays else []

    def add(self, actor: Actor) -> None:
        for _name, play in self._plays:
            play.add(actor)


def wire_of(network: Network) -> Wire:
    """What the lines of scripts about the network act on. Those about a time server, or the central system, are refused
    before where it has none (checked)."""
    return network.ip if isinstance(network, MemoryNetwork) else cast(Wire, network)


def _parsed(text: ScriptText) -> Script:
    return parse(text.text, text.name, Path(text.folder), fleet=True)
