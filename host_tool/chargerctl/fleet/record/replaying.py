# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Sends the frames of a record again, at the times at which they were sent.

replay = Replay(plan_of(reader, …), reader)
measured = replay.run(on_sums)               # replay.found(): the answers, compared
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from chargerctl.central.messages.schemas import FrameError
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.plan import MOST_CHARGERS, MOST_SEED, PREFIX, STARTS, Plan
from chargerctl.fleet.record.file import UP, Reader
from chargerctl.fleet.record.tape import Tape
from chargerctl.fleet.run import US, OnSums, Run
from chargerctl.fleet.world.world import World
from chargerctl.simulator.machine.clock import NEVER
from chargerctl.simulator.machine.events import Events

# How far the file is read ahead, and how long the last answers are waited for.
_AHEAD_US = 5_000_000
_LAST_US = 10_000_000


class Replay:
    """others: what was answered otherwise than in the record, by action and difference. calls: of the record; unsent,
    missing: how many of them could not be sent, and how many were sent and not answered, other than in the record."""

    def __init__(self, plan: Plan, reader: Reader) -> None:
        """plan: of the chargers of the record (replayed). InputError while it runs, for a record that is damaged."""
        self._reader = reader
        self._entries = iter(reader)
        self._next = next(self._entries, None)
        self.others: Counter[str] = Counter()
        self._tapes: dict[str, Tape] = {}
        world = World(plan, scripted=False, firmware=_Firmware(self._tapes))
        self._run = run = Run(plan, world)
        for number in plan.numbers:
            network = world.surroundings.network(number, Events(world.clock))
            charger = run.add(number, network, boot_us=0)
            due = world.firmware.due
            self._tapes[charger.serial] = Tape(lambda: world.clock.now_us, due.note, self.others)
        self._chargers = {each.serial: each for each in run.chargers}
        self._last_us = 0
        world.clock.call_at(0, self._feed)

    @property
    def same(self) -> int:
        """How many answers were as in the record."""
        return sum(each.same for each in self._tapes.values())

    @property
    def calls(self) -> int:
        return sum(each.calls for each in self._tapes.values())

    @property
    def unsent(self) -> int:
        return sum(each.calls - each.sent for each in self._tapes.values())

    @property
    def missing(self) -> int:
        return sum(each.missing for each in self._tapes.values())

    def stop(self) -> None:
        """From a signal handler."""
        self._run.stop()

    def run(self, on_sums: OnSums) -> Measured:
        """To the end of the record."""
        run = self._run
        with run.opened():
            run.go(NEVER, on_sums, lambda: run.stops > 0 or self._over)
            run.close_series()
            measured = run.end(run.clock.now_us / US)
        # For thresholds.
        found = {"differences": self.others.total(), "unsent": self.unsent, "missing": self.missing}
        measured.tally.counts.update(found)
        return measured

    @property
    def _over(self) -> bool:
        return self._next is None and self._run.clock.now_us >= self._last_us + _LAST_US

    def _feed(self) -> None:
        """What is due soon, to the tapes."""
        clock = self._run.clock
        while self._next is not None and self._next.us <= clock.now_us + _AHEAD_US:
            entry = self._next
            tape = self._tapes.get(entry.serial)
            if tape is None:
                raise self._reader.wrong(f"{entry.serial[:40]!r} is no charger of this record", entry.number)
            charger = self._chargers[entry.serial]
            if entry.what == UP and not charger.powered:
                charger.power(True)
            try:
                tape.take(entry)
            except FrameError as error:
                raise self._reader.wrong(f"no frame of OCPP-J: {error}", entry.number) from None
            charger.stir()
            self._last_us = max(self._last_us, entry.us)
            self._next = next(self._entries, None)
        clock.call_in(US, self._feed)


def replayed(reader: Reader, plan: Plan) -> Plan:
    """The plan with the chargers of a record. InputError for a first line that does not say them."""
    about = reader.about
    count, prefix = about.get("chargers"), about.get("prefix")
    seed, start = about.get("seed"), about.get("start")
    if not (
        type(count) is int
        and 0 < count <= MOST_CHARGERS
        and isinstance(prefix, str)
        and PREFIX.fullmatch(prefix)
        and type(seed) is int
        and 0 <= seed <= MOST_SEED
        and type(start) is int
        and start in STARTS
    ):
        raise reader.wrong(
            "the first line of the record must say of which chargers it is, as chargerctl fleet wrote it: chargers, "
            "prefix, seed, start"
        )
    return replace(plan, count=count, prefix=prefix, seed=seed, start_unix=start, duration_s=None)


class _Firmware(Firmware):
    """The firmware with a tape in the place of its Core."""

    def __init__(self, tapes: Mapping[str, Tape]) -> None:
        super().__init__()
        self._tapes = tapes

    def module(self, name: str) -> Any:
        if name == "core":
            return SimpleNamespace(Core=self._core)
        return super().module(name)

    def _core(self, board: Any, values: Any, reason: str) -> Tape:
        return self._tapes[values["charger.serial"]].core(board, values, reason)
