# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger whose power may go: the core of the firmware on the rig's fake clock, its journal on modelled memories, and a
central system with its books.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from charger.stalls import Stalls
from chargerctl.central.conversation.conversation import Conversation

from tests.firmware.rig import Link, Rig
from tests.whole.journal.stores import Stores

CARD = "04A2B3C4"
NOW = 1795332600  # 2026-11-22T07:30:00Z
# Long steps where nothing is being waited for; short ones would be the same, and slower.
STEP_MS = 50
# From the opening of the relay until the stop is written: an unplugged cable is confirmed first, for 300 ms.
STOP_MS = 450


@dataclass
class Session:
    """What really happened: the relay closed at `began_wh`, and opened at `ended_wh`, in millisecond `ended_ms`. `cut`: the
    program ended while it was closed, or before the journal could have the stop."""

    began_wh: int
    ended_wh: int
    ended_ms: int = 0
    cut: bool = False


@dataclass
class Books:
    """What the central system received: (id, action, payload) in order, and what it answered to each start."""

    frames: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def of(self, action: str) -> list[tuple[str, dict[str, Any]]]:
        return [(call_id, payload) for call_id, name, payload in self.frames if name == action]


class _Uplink(Link):
    """The link of one start; the central system is at its other end."""

    def __init__(self, charger: Charger) -> None:
        super().__init__()
        self._charger = charger
        self.connected = charger.online

    def publish(self, frame: str) -> bool:
        if self.connected:
            self.sent.append(json.loads(frame))
            self.inbound.extend(self._charger.receive(frame))
        return self.connected


class _Program(Rig):
    """One start of the firmware."""

    def __init__(self, charger: Charger, **options: Any) -> None:
        self._charger = charger
        super().__init__(**options)

    def boot_id(self) -> str:
        return f"{self._charger.starts:016x}"

    def log(self, tag: str, text: str) -> None:
        self._charger.log.append(f"{tag} {text}")


class Charger:
    """`stores` and `central` outlast each start. `rig` is the running program, None without power."""

    def __init__(self, stores: Stores, **settings: str) -> None:
        self.stores = stores
        self.central = Conversation()
        self.books = Books()
        self.sessions: list[Session] = []
        self.online = True
        self.plugged = False
        self.rig: Rig | None = None
        self.closed = False
        self.log: list[str] = []
        self._settings = {
            "SAFETY_MIN_OFF_SECONDS": "0",
            "SAFETY_MAX_CYCLES_PER_HOUR": "60",
            "OCPP_OFFLINE_AUTHORIZATION": "true",
            "STORAGE_CHECKPOINT_WH": "100",
            **settings,
        }
        self._running: Session | None = None
        self._calls = self.starts = 0
        # Milliseconds since the first power-on.
        self._ms = 0
        self._wh = 0.0

    @property
    def unix(self) -> float:
        return NOW + self._ms / 1000

    # The central system.

    def receive(self, frame: str) -> list[str]:
        kind, call_id, *rest = json.loads(frame)
        if kind == 2:
            self.books.frames.append((call_id, rest[0], rest[1]))
        return self.central.handle(frame, self.unix)

    def call(self, action: str, payload: dict[str, Any]) -> None:
        assert self.rig is not None
        self._calls += 1
        frame = json.dumps([2, f"csms-{self._calls}", action, payload])
        self.central.sent(frame)
        self.rig.link.deliver(frame)

    def link(self, online: bool) -> None:
        self.online = online
        assert self.rig is not None
        self.rig.link.connected = online

    # The power.

    def start(self, reason: str = "power") -> None:
        """Power-on, or a reset for another reason."""
        self.stores.power_on()
        self.closed = False
        header = self.stores.header()
        # As start.py does.
        if reason in ("power", "button"):
            header.save(0, header.fault)
        elif reason != "reload":
            header.save(header.crash_count + 1, header.fault)
        self.starts += 1
        note = lambda tag, text: self.log.append(f"{tag} {text}")  # noqa: E731
        self._gate = gate = Stalls(self, 250, 8, note)
        journal = self.stores.journal(header, gate, note)
        self.rig = _Program(
            self,
            link=_Uplink(self),
            cable_in=self.plugged,
            store=header,
            reason=reason,
            journal=journal,
            **self._settings,
        )
        gate.follow(self.rig.interlock)

    def end(self) -> None:
        """The program ends where it stands, with its RAM."""
        self.stores.end_program()
        self.rig = None
        self._running = None
        for session in self.sessions[-1:]:
            session.cut |= not session.ended_ms or self._ms - session.ended_ms <= STOP_MS

    # Time.

    def run(self, seconds: float, watts: int = 0) -> None:
        """Let time pass; while the relay is closed the meter sees `watts`. Without power nothing happens."""
        for _ in range(max(1, round(seconds * 1000 / STEP_MS))):
            self._ms += STEP_MS
            rig = self.rig
            if rig is None:
                continue
            rig.now = (rig.now + STEP_MS) & (1 << 29) - 1
            self._gate.granted_ms, self._gate.spent = 0, False
            if self._running is not None and watts:
                self._wh += watts * STEP_MS / 3_600_000
                rig.meter.energy_wh += int(self._wh)
                self._wh -= int(self._wh)
                self._running.ended_wh = rig.meter.energy_wh
            if self._ms % 1000 == 0:
                rig.rtc += 1
            rig.step()
            self._look()

    def _look(self) -> None:
        rig = self.rig
        assert rig is not None
        self.closed = rig.relay.closed
        register = rig.meter.energy_wh
        if self.closed and self._running is None:
            self._wh = 0.0
            self._running = Session(register, register)
            self.sessions.append(self._running)
        if self._running is not None:
            self._running.ended_wh = register
            if not self.closed:
                self._running.ended_ms = self._ms
                self._running = None

    # A person.

    def plug(self, plugged: bool) -> None:
        self.plugged = plugged
        if self.rig is not None:
            self.rig.cable.on = plugged

    def swipe(self, uid: str = CARD) -> None:
        if self.rig is not None:
            self.rig.card_reader.uid = uid
