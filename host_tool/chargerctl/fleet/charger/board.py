# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What charger/core.py of the firmware wants of a board, beside the parts: of plain Python, made at each start."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any, Protocol

from chargerctl.fleet.charger.link import Link
from chargerctl.fleet.charger.parts import Meter


class Owner(Protocol):
    """The charger, as its board needs it."""

    edited: bool

    @property
    def urandom(self) -> Callable[[int], bytes]: ...
    @property
    def up_ms(self) -> int: ...
    def ticks_ms(self) -> int: ...
    def link_changed(self) -> None: ...
    def frame(self, out: bool, text: str) -> None: ...
    def restart(self, reason: str) -> None: ...


class Board:
    """What Core needs of a board; listed there."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the firmware needs {name} of a board, which a fleet's charger does not have")

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)


class Nothing:
    """A part of the board that has nothing to do here."""

    def __init__(self, *_: object) -> None:
        pass

    def step(self, now: int) -> None:
        pass

    def feed(self) -> None:
        pass


class Register:
    """The meter as a program finds it: its register begins at 0, unless it is set to where it stood."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._ahead_wh = -meter.energy_wh

    @property
    def energy_wh(self) -> int:
        return self._meter.energy_wh + self._ahead_wh

    @energy_wh.setter
    def energy_wh(self, energy_wh: int) -> None:
        self._ahead_wh = energy_wh - self._meter.energy_wh

    @property
    def pulses(self) -> int:
        return self._meter.pulses

    @property
    def power_w(self) -> int:
        return self._meter.power_w

    @property
    def lost(self) -> bool:
        return self._meter.lost

    def step(self, now: int) -> None:
        pass


class Console:
    """charger: set by Core, for questions that are typed; nobody types here."""

    charger: Any = None

    def __init__(self, log: Callable[[str, str], object]) -> None:
        self.log = log

    def step(self, now: int) -> None:
        pass

    def last(self) -> bytes:
        return b""


class System:
    def __init__(self, charger: Owner) -> None:
        self._charger = charger
        # Asked most often of all.
        self.ticks_ms = charger.ticks_ms

    def up_ms(self) -> int:
        return self._charger.up_ms

    def boot_id(self) -> str:
        return self._charger.urandom(8).hex()

    def board_id(self) -> str:
        return "fleet"

    def collect(self) -> None:
        pass

    def memory(self) -> str:
        return "as much as the laptop has"

    def describe(self, error: BaseException) -> list[str]:
        return "".join(traceback.format_exception(error)).rstrip().split("\n")


class Tapped:
    """The link, and who hears what passes."""

    def __init__(self, link: Link, charger: Owner) -> None:
        self._link = link
        self._charger = charger
        self._connected = False
        self.close = link.close

    def step(self, now: int) -> None:
        self._link.step(now)
        if self._link.connected is not self._connected:
            self._connected = not self._connected
            self._charger.link_changed()

    @property
    def connected(self) -> bool:
        return self._link.connected

    def publish(self, text: str) -> bool:
        taken = self._link.publish(text)
        if taken:
            self._charger.frame(True, text)
        return taken

    def receive(self) -> str | None:
        text = self._link.receive()
        if text is not None:
            self._charger.frame(False, text)
        return text


class Reload:
    """As AutoReload of hardware/reload.py: settings that were edited are loaded once nothing is charging."""

    def __init__(self, charger: Owner, controller: Any, interlock: Any, journal: Any) -> None:
        self._charger = charger
        self._controller = controller
        self._interlock = interlock
        self._journal = journal

    def step(self, now: int) -> None:
        charger = self._charger
        if charger.edited and not (self._controller.state.running or self._interlock.holds_cable):
            self._journal.flush()
            charger.restart("reload")
