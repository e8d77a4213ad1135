# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger: power, parts and memory, and the firmware's Core on them, stepped when something is due.

    charger = Charger(firmware, clock, environ, make_link, now_utc, heard)
    charger.power(True)                  # from here on it steps itself, by timers of the clock
    charger.cable.on = True; charger.stir()

It is idle until what the firmware waits for is over (firmware/due.py), or until somebody stirs it: whoever changes a part,
or brings something over the network. A pass may lead to the next one, as a swipe leads to a call: so after a pass in which
anything happened, some more follow at the pace of a board.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from chargerctl.fleet.charger.board import Board, Console, Nothing, Register, Reload, System, Tapped
from chargerctl.fleet.charger.link import Link
from chargerctl.fleet.charger.nvm import Medium, Store
from chargerctl.fleet.charger.parts import (
    MANY_PULSES,
    Auxiliary,
    Contact,
    Led,
    Lock,
    Meter,
    Reader,
    Relay,
    Screen,
)
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.simulator.machine.clock import Clock, Timer

PASS_US = 5_000
"""Between two passes of a charger that is not idle."""
BOOT_US = 13_000_000
"""From reset to the first pass, as `chargerctl simulate` models an ESP32-C6 that runs from source."""
_MESSAGE_TIMEOUT_S = 30
"""Of a charger whose program never ran."""
_MORE_PASSES = 4
"""After the last one in which anything happened."""
_AFTER_SLEEP = 3
"""After one that a time has come for, sleep or not: what it did may show in the next one only."""
_AFTER_STIR = 4
_RTC_KEPT = ("software", "watchdog", "reload")
_LONGEST_US = 600_000_000
_MASK = (1 << 29) - 1
# A board's counter wraps for the first time 65 s after power-up.
_FIRST_TICKS = (1 << 29) - 65_536


class MakeLink(Protocol):
    """What a charger connects by. A new one at each start; the one before is closed by then. board: wifi, stalls and
    system are there."""

    def __call__(self, charger: Charger, values: Mapping[str, Any], board: Any) -> Link: ...


class Heard(Protocol):
    """Who watches a charger. All are called from the thread that steps it."""

    def frame(self, charger: Charger, out: bool, text: str) -> None:
        """Sent to the network, or taken from it."""

    def log(self, charger: Charger, tag: str, text: str) -> None:
        """A line of its console."""

    def changed(self, charger: Charger, part: str) -> None:
        """One of relay, contact, lock, led, power, link, and reset: it begins to start; program: that runs from here on."""

    def late(self, charger: Charger, us: int) -> None:
        """A pass is done, so long after it was due; only with a clock that keeps to real time."""


@dataclass
class Wifi:
    """Where a board has its radio."""

    connected: bool = True
    address: str | None = "192.0.2.7"
    ssid: str = "fleet"

    def name_server(self) -> str | None:
        return None

    def step(self, now: int) -> None:
        self.address = "192.0.2.7" if self.connected else None


class Charger:
    """serial; the parts, see parts.py; `powered`; `core`: None while its program does not run."""

    def __init__(
        self,
        firmware: Firmware,
        clock: Clock,
        environ: Mapping[str, str],
        make_link: MakeLink,
        now_utc: Callable[[], int],
        heard: Heard,
        wall_us: Callable[[], int] | None = None,
        urandom: Callable[[int], bytes] = os.urandom,
        boot_us: int = BOOT_US,
    ) -> None:
        """environ: its settings, variable -> text. now_utc: Unix seconds of the world. wall_us: the wall's time on the
        scale of the clock, where that keeps to it. urandom: what its ids are made of. boot_us: how long its program takes
        to start. ValueError for settings it cannot work with."""
        self.firmware = firmware
        self.clock = clock
        self._environ = dict(environ)
        self._make_link = make_link
        self._now_utc = now_utc
        self._heard = heard
        self._wall_us = wall_us
        self._boot_us = boot_us
        self.urandom = urandom
        self.serial = environ["CHARGER_SERIAL"]
        self.relay = Relay(self._changed)
        self.lock = Lock(self._changed)
        self.cable, self.emergency_stop, self.service_button = Contact(), Contact(), Contact()
        self.reader = Reader()
        self.meter = Meter(clock, self.relay, self.stir, self._pulses_to_checkpoint)
        self.led, self.screen = Led(self._changed), Screen()
        self.wifi = Wifi()
        self.store, self.medium = Store(), Medium()
        self.powered = False
        self.core: Any = None
        self._loop: Any = None
        self._link: Link | None = None
        self._content: Any = None
        self._journal: Any = None
        self._register: Register | None = None
        self._console: Console | None = None
        self._started_us = 0
        self._first_ticks = _FIRST_TICKS
        self._rtc_ahead_s: int | None = None
        self._timer: Timer | None = None
        self._more = 0
        self._restarts = ""

    # What is done to it.

    def power(self, on: bool) -> None:
        """Switch the supply. Off: its connection is simply gone, without a word to the other end."""
        if on is not self.powered:
            self.powered = on
            if on:
                self._rtc_ahead_s = None
                self._boot("power")
            else:
                self._end()
        self._heard.changed(self, "power")

    def reset(self, reason: str) -> None:
        """reason: button, brownout, software, watchdog, reload."""
        if self.powered:
            self._end(orderly=reason == "reload")
            if reason not in _RTC_KEPT:
                self._rtc_ahead_s = None
            self._boot(reason)

    def set(self, variable: str, text: str) -> None:
        """Another setting, from its next start on."""
        self._environ[variable] = text

    def reload(self) -> None:
        """Have it start again as soon as nothing is charging, with the settings as they are then."""
        self.edited = True
        self.stir()

    def stick(self, closed: bool | None) -> None:
        """The contactor's contacts stay as they are put, whatever the relay does; None: they follow it again."""
        self.relay.stuck = closed
        self._contactor_moved()
        self.stir()

    def stir(self) -> None:
        """Something has changed for it: it is stepped now."""
        if self.core is not None:
            # While it connects, several passes in a row may show nothing.
            self._more = max(self._more, _AFTER_STIR if self.connected else _MORE_PASSES)
            self._step_at(self.clock.now_us)

    # What can be seen of it.

    @property
    def connected(self) -> bool:
        """Whether its central system can be sent to."""
        return self._link is not None and self._link.connected

    @property
    def program(self) -> Any:
        """What the firmware's core.py gives its visitors: configuration, rpc …; None where it never ran."""
        return self._console and self._console.charger

    @property
    def message_timeout_s(self) -> int:
        """How long its program waits for an answer: the key MessageTimeout (OCPP 1.6 errata 3.82)."""
        program = self.program
        return program.configuration.message_timeout_s if program else _MESSAGE_TIMEOUT_S

    @property
    def unconfirmed(self) -> int:
        """Transactions whose start or stop nobody has confirmed: they are in its journal, also while it has no power."""
        records = self.firmware.module("records")
        waiting = (records.opened(item) for item in self._content.queue) if self._content else ()
        return len({each.session for each in waiting if each.kind != records.METER})

    # The board, as charger/core.py wants it.

    def ticks_ms(self) -> int:
        return (self._first_ticks + (self.clock.now_us - self._started_us) // 1000) & _MASK

    @property
    def up_ms(self) -> int:
        """Since its start."""
        return (self.clock.now_us - self._started_us) // 1000

    def _boot(self, reason: str) -> None:
        """CircuitPython starts, then the firmware."""
        self._started_us = self.clock.now_us
        self._restarts = ""
        self._heard.changed(self, "reset")
        self._timer = self.clock.call_in(self._boot_us, partial(self._start, reason))

    def _start(self, reason: str) -> None:
        firmware = self.firmware
        firmware.urandom = self.urandom
        values, _problems = firmware.settings(self._environ)
        board = Board()
        board.system = System(self)
        board.relay, board.lock = self.relay, self.lock
        board.cable, board.emergency_stop = self.cable, self.emergency_stop
        board.service_button = self.service_button
        board.contactor = Auxiliary(self.relay) if values["hardware.feedback_pin"] != "none" else None
        board.card_reader, board.led, board.screen = self.reader, self.led, self.screen
        self.reader.start(firmware.module("hardware.health").Health(self._log, "card"))
        self.reader.fitted = values["hardware.card_reader"] != "none"
        self.lock.fitted = values["hardware.lock_pin"] != "none"
        board.has_meter = (
            values["hardware.meter_pulses_per_kwh"] > 0 and values["hardware.meter_pin"] != "none"
        )
        board.meter = self._register = Register(self.meter)
        board.faults = ()
        self._console = board.console = Console(self._log)
        board.store = self.store
        board.reserve = [bytearray(1)]
        board.stalls = firmware.module("stalls").Stalls(
            self.relay, values["safety.max_stall_ms"], values["safety.watchdog_seconds"], self._log
        )
        board.reboot = partial(self.restart, "software")
        self.edited = False
        board.auto_reload = lambda controller, interlock, journal, _log: Reload(
            self, controller, interlock, journal
        )
        board.wifi, board.ntp = self.wifi, Nothing()
        journal = firmware.module("journal")
        content = self._content = firmware.module("journal_recovery").recover(self.medium, self._log)
        step_wh = values["storage.checkpoint_wh"] or self.medium.checkpoint_wh
        board.journal = self._journal = journal.Journal(
            content, self.medium, board.stalls, step_wh, self._log
        )
        clock = firmware.module("clock")
        offset_s = values["display.timezone_offset_hours"] * 36
        board.clock = clock.Clock(self._read_utc, self._write_utc, offset_s, self._log)
        self._link = self._make_link(self, values, board)
        board.link = Tapped(self._link, self)
        firmware.due.begin(self.ticks_ms())
        # An ESP32 takes its reset button for a power-on.
        told = "power" if reason == "button" else reason
        self.core = firmware.module("core").Core(board, values, told)
        # When the relay opened is not known, but it is open since the reset, as in firmware/charger/assembly.py.
        if reason != "power" or not self.store.first():
            since = firmware.module("ticks").add(self.ticks_ms(), -self.up_ms)
            self.core.interlock.rest(None if reason == "reload" else since)
        self._loop = self.core.loop(Nothing())
        self._heard.changed(self, "program")
        self.stir()

    def _end(self, orderly: bool = False) -> None:
        self.relay.open()
        self.lock.release()
        if self._link is not None:
            if orderly:
                self._link.close()
            else:
                self._link.vanish()
        self.core = self._loop = self._link = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def restart(self, reason: str) -> None:
        """Its program asks for it: at the end of the pass, since on a board nothing after it would run."""
        self._restarts = reason

    def _pulses_to_checkpoint(self) -> int:
        """The journal has one written at a watt-hour, and the program looks at the meter only when it is stepped."""
        if self._register is None:
            return MANY_PULSES
        wh: int = self._journal.checkpoint_wh - self._register.energy_wh
        return wh

    def _read_utc(self) -> int:
        # A clock that was never set stands at the year 2000, as a board's.
        return 946_684_800 if self._rtc_ahead_s is None else self._now_utc() + self._rtc_ahead_s

    def _write_utc(self, unix: int) -> None:
        self._rtc_ahead_s = unix - self._now_utc()

    # Stepping.

    def _step_at(self, at_us: int) -> None:
        timer = self._timer
        if timer is None or timer.call is None or at_us < timer.at_us:
            if timer is not None:
                timer.cancel()
            self._timer = self.clock.call_at(at_us, self._step)

    def _step(self) -> None:
        due_us = self.clock.now_us
        due = self.firmware.due
        due.begin(self.ticks_ms())
        self._more -= 1
        self._loop.run_pass()
        if self._restarts:
            self.reset(self._restarts)
            return
        if self.core is None:
            return
        # At the pace of a board, which is in none of its passes when a time comes, but somewhat later.
        us = max(PASS_US, min(-(-due.in_ms * 1000 // PASS_US) * PASS_US, _LONGEST_US))
        if self._more <= 0 or us == PASS_US:
            # When nothing has a time by then, one pass tells.
            self._more = max(self._more, _AFTER_SLEEP if us < _LONGEST_US else 1)
        else:
            us = PASS_US
        self._step_at(due_us + us)
        if self._wall_us is not None:
            self._heard.late(self, self._wall_us() - due_us)

    def _changed(self, part: str) -> None:
        self._more = _MORE_PASSES
        self._heard.changed(self, part)
        if part == "relay":
            self._contactor_moved()

    def _contactor_moved(self) -> None:
        self.meter.contactor_moved()
        self._heard.changed(self, "contact")

    def _log(self, tag: str, text: str) -> None:
        self._more = _MORE_PASSES
        self._heard.log(self, tag, text)

    def link_changed(self) -> None:
        self._heard.changed(self, "link")

    def frame(self, out: bool, text: str) -> None:
        """A frame passes between firmware and link."""
        self._more = _MORE_PASSES
        self._heard.frame(self, out, text)
