# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Board, world, network, broker and central system, joined for one episode: all that an ingredient can take hold of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from chargerctl.boards.catalogue import BOARDS
from chargerctl.central.conversation.conversation import Conversation
from chargerctl.settings.values import Values
from chargerctl.simulator import uplink
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.machine.console import Reader
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.machine.events import Event
from chargerctl.simulator.machine.operations import AFTER
from chargerctl.simulator.network.faults import BrokerFaults
from chargerctl.simulator.network.network import Network
from chargerctl.simulator.peripherals.wiring import World

HEARTBEAT_S = 30
# Of remote starts: each has an idTag of its own.
REMOTE_TAG = "REMOTE-"
# The firmware's (hardware/medium.py), where it keeps its journal in files.
JOURNAL = ".journal"
# Said of nvm with the journal that was being erased and written when the power went: what it held may be lost
# (docs/journal.md).
TORN = "nvm_torn"
# After more than 100 ms without a look at the cable the program takes it for a stall.
_IDLE_PASS_US = 90_000
# Every event of an episode but the pictures: to read the text off each takes longer than all else a listener does.
_LISTENED_TO = (
    *(
        "power",
        "reset",
        "console",
        "frame",
        "cable",
        "card",
        "relay",
        "contact",
        "lock",
        "led",
        "estop",
        "service",
    ),
    *("chaos", "violation", "connect"),
)


# Where nothing happens, an episode that is not thorough leaves out passes of the loop up to this.
_LONGEST_PASS_US = 50_000


class Scene:
    """`values`: the drive's settings ("safety.min_off_seconds" -> 10). `thorough`: every pass of the loop is run, and
    the frames of its functions are counted."""

    def __init__(
        self,
        drive: Path,
        board_id: str,
        values: Values,
        costs: Costs,
        seed: int,
        thorough: bool = True,
    ) -> None:
        self.values = values
        self._costs = costs
        self.board = VirtualBoard(drive, BOARDS[board_id], costs=costs, seed=seed)
        self.clock = self.board.clock
        self.events = self.board.events
        self.world = World(self.board, values)
        self.network = Network(self.board)
        self.network.serve_time(values.ntp.server)
        self.network.on_connect = lambda: self.events.emit("connect")
        self.central = Conversation(HEARTBEAT_S)
        self.broker = uplink.in_memory(self.network, values, self.central)
        self.topic_in = values.mqtt.topic_in
        self._topic_state = f"{values.mqtt.topic_out}/connection"
        self.estop_pressed = False
        self._failed: set[str] = set()
        self._calls = self._tags = 0
        self._awaited: list[tuple[Callable[[Event], object], Callable[[], object]]] = []
        self._journal = drive / JOURNAL
        self._erased = False
        # When a memory that outlasts the power was changed last, and when something was written to the end.
        self.stored_s = self.written_s = 0.0
        # Actions that the central system has asked for by `ask`.
        self.asked: set[str] = set()
        self.board.operations.reached = self._reached
        self.listen(self._on_event)
        if not thorough:
            self.board.counts_pystack = False
            self.board.pace.longest_us = _LONGEST_PASS_US
            self.listen(lambda event: self.board.pace.stir())

    @property
    def now_s(self) -> float:
        return self.clock.now_us / 1_000_000

    @property
    def online(self) -> bool:
        """What the broker keeps about the charger's connection."""
        return any(message.payload == b"online" for message in self.broker.retained(self._topic_state))

    @property
    def status(self) -> str | None:
        """The status of connector 1 that was last reported."""
        payload = self.central.ledger.statuses.get(1)
        return None if payload is None else str(payload["status"])

    def listen(self, listener: Callable[[Event], object]) -> None:
        """Call `listener` for every event but pictures."""
        self.events.listen(listener, _LISTENED_TO)

    def later(self, seconds: float, call: Callable[[], object]) -> None:
        self.clock.call_in(round(seconds * 1_000_000), call)

    def wait(self, holds: Callable[[], object], timeout_s: float) -> bool:
        """Run until `holds()`, checked every tenth of a second; False when it did not within `timeout_s`."""
        end_us = self.clock.now_us + round(timeout_s * 1_000_000)
        while not holds():
            if self.clock.now_us >= end_us:
                return False
            self.board.run_for(0.1)
        return True

    def once(self, holds: Callable[[Event], object], call: Callable[[], object]) -> None:
        """Have `call()` at the next event for which `holds(event)`."""
        self._awaited.append((holds, call))

    def _reached(self, name: str, phase: str) -> None:
        """An operation on a memory. Erased is what is not written again yet."""
        self.stored_s = self.now_s
        if phase == AFTER and name != "nvm erase":
            self.written_s = self.now_s
        if name == "nvm erase":
            self._erased = True
        elif name == "nvm program" and phase == AFTER:
            self._erased = False

    def _on_event(self, event: Event) -> None:
        if event["kind"] == "reset" and self._erased:
            self._erased = False
            if not self._journal.exists():
                self.events.emit("chaos", text=TORN)
        for entry in [entry for entry in self._awaited if entry[0](event)]:
            self._awaited.remove(entry)
            entry[1]()

    # What acts do that is more than a call of a part.

    def estop(self, pressed: bool) -> None:
        self.estop_pressed = pressed
        self.events.emit("estop", pressed=pressed)
        (self.world.press if pressed else self.world.release)("estop")

    def service(self, pressed: bool) -> None:
        self.events.emit("service", pressed=pressed)
        (self.world.press if pressed else self.world.release)("service")

    def fail(self, part: str) -> None:
        self._failed.add(part)
        self.world.fail(part)

    def repair(self, part: str) -> None:
        if part in self._failed:
            self._failed.discard(part)
            self.world.repair(part)

    def next_id(self, kind: str) -> str:
        self._calls += 1
        return f"{kind}-{self._calls}"

    def next_tag(self) -> str:
        """The idTag of a remote start: no other has it."""
        self._tags += 1
        return f"{REMOTE_TAG}{self._tags}"

    def restart_central(self) -> None:
        """It numbers transactions and calls from 1 again."""
        self.central.restart()
        self._calls = 0

    def ask(self, action: str, payload: dict[str, object]) -> str:
        """Publish a call of the central system; its id."""
        self.asked.add(action)
        call_id = self.next_id("asked")
        self.publish(json.dumps([2, call_id, action, payload]))
        return call_id

    def publish(self, frame: str, retain: bool = False) -> None:
        """Publish to the charger, as the central system or another client of the broker."""
        self.central.sent(frame)
        self.broker.publish(self.topic_in, frame.encode(), retain=retain)

    def slow_flash(self, factor: int) -> None:
        costs = self._costs
        self.board.costs.nvm_write = costs.nvm_write * factor
        self.board.costs.nvm_write_rp2 = costs.nvm_write_rp2 * factor

    def idle(self) -> None:
        """A pass takes longer, as far as it may go unnoticed: so hours in which nobody comes cost seconds."""
        self.board.costs.loop_pass = _IDLE_PASS_US

    def wake(self) -> None:
        self.board.costs.loop_pass = self._costs.loop_pass

    def calm(self) -> None:
        """All faults end, the power is on, no customer is present."""
        world = self.world
        self._awaited.clear()
        self.network.heal()
        self.broker.faults = BrokerFaults()
        self.broker.publish(self.topic_in, b"", retain=True)
        self.central.script.clear()
        self.central.clock_offset_s = 0.0
        self.board.costs.copy_from(self._costs)
        self.board.nvm.fault = None
        self.board.console.reader = Reader.READING
        world.hold_wire(None)
        world.let_transfers_be()
        world.i2c.out_of_memory = False
        world.stretch_clock(0)
        world.mend_contactor()
        for part in list(self._failed):
            self.repair(part)
        if self.estop_pressed:
            self.estop(False)
        self.service(False)
        world.hold(None)
        world.unplug()
        self.board.power(True)
        if self.board.safe_mode is not None:
            # An RP2 that was reset twice within a second stays in safe mode until its reset button is pressed.
            self.board.reset("button")
