# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The charger around the board: all its parts, and what a person can do to them.

Wired as the settings and the board's profile say, with the pull-downs that the documentation asks for: relay and lock
are safe whenever no program drives them. Reported are the states of the parts, never what the firmware takes them for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from chargerctl.errors import InputError
from chargerctl.simulator.machine.pinout import Pinout
from chargerctl.simulator.peripherals import PARTS
from chargerctl.simulator.peripherals.contactor import Contactor
from chargerctl.simulator.peripherals.contacts import Button, Cable, Lock, Relay
from chargerctl.simulator.peripherals.display import Display
from chargerctl.simulator.peripherals.fram import FramPart
from chargerctl.simulator.peripherals.meter import Meter
from chargerctl.simulator.peripherals.part import Part
from chargerctl.simulator.peripherals.reader import Reader
from chargerctl.simulator.peripherals.ws2812 import Led

if TYPE_CHECKING:
    from chargerctl.settings.values import Values
    from chargerctl.simulator.machine.board import VirtualBoard
    from chargerctl.simulator.machine.buses import I2CBus
    from chargerctl.simulator.machine.events import Event
    from chargerctl.simulator.peripherals.fram import Fram
    from chargerctl.simulator.peripherals.panel import Ssd1306Panel

P = TypeVar("P", bound=Part)


class World:
    """Everything outside the board but the network. `values`: of the settings on the drive.

    Its changes are events (relay, contact, lock, led, cable, card, display); all states are reported at each power-on.
    """

    def __init__(self, board: VirtualBoard, values: Values) -> None:
        self._board = board
        self._failed: set[str] = set()
        pinout = Pinout(board, values)
        self._parts: dict[str, Part] = {kind.name: kind(pinout, board.clock, board.events) for kind in PARTS}
        self._relay = self._part(Relay)
        self._lock = self._part(Lock)
        self._cable = self._part(Cable)
        self._reader = self._part(Reader)
        self._meter = self._part(Meter).output
        self._contactor = self._part(Contactor)
        self._contactor.follow(self._meter.contactor)
        self._led = self._part(Led)
        self.fram: Fram = self._part(FramPart).chip
        self.panel: Ssd1306Panel = self._part(Display).panel
        self.i2c: I2CBus = pinout.i2c()
        board.events.listen(self._on_power, ("power",))
        self._supply()

    def _part(self, kind: type[P]) -> P:
        part = self._parts[kind.name]
        assert isinstance(part, kind)
        return part

    # What is.

    @property
    def fitted(self) -> list[str]:
        """The names of the parts that this charger has."""
        return [name for name, part in self._parts.items() if part.fitted]

    @property
    def relay_closed(self) -> bool:
        return self._relay.output.on

    @property
    def contactor_closed(self) -> bool:
        """Whether current may flow, by the main contacts of the contactor behind the relay."""
        return self._contactor.closed

    @property
    def lock_engaged(self) -> bool:
        return self._lock.output.on

    @property
    def plugged(self) -> bool:
        return self._cable.plugged

    @property
    def led_rgb(self) -> tuple[int, int, int]:
        """The colour on the wire, after the firmware's brightness."""
        return self._led.rgb

    @property
    def card(self) -> str | None:
        """The UID of the card on the reader."""
        return self._reader.card

    @property
    def reader_free(self) -> bool:
        return self._reader.free

    @property
    def metered_wh(self) -> float:
        """The energy that the meter has sent pulses for, in watt-hours."""
        return self._meter.energy_wh

    # What a person does.

    def plug(self) -> None:
        self._cable.plug(True)

    def unplug(self) -> None:
        self._cable.plug(False)

    def swipe(self, uid: str, hold_s: float = 0.5) -> None:
        self._reader.swipe(uid, hold_s)

    def hold(self, uid: str | None) -> None:
        self._reader.hold(uid)

    def press(self, button: str) -> None:
        """One of BUTTONS, until released."""
        self._button(button).press(True)

    def release(self, button: str) -> None:
        self._button(button).press(False)

    def meter(self, kilowatts: float) -> None:
        """What the vehicle draws while the contactor is closed."""
        self._meter.power(round(kilowatts * 1000))

    # What breaks.

    def fail(self, part: str) -> None:
        """Cut the wires of one of FAILING."""
        self.require(part)
        self._failed.add(part)
        self._supply()

    def repair(self, part: str) -> None:
        """It comes back as at power-on."""
        self.require(part)
        self._failed.discard(part)
        self._supply()

    def weld(self) -> None:
        """The contactor's contacts are closed from now on."""
        self._contactor.stick(True)

    def stick_open(self) -> None:
        """The contactor's contacts are open from now on."""
        self._contactor.stick(False)

    def mend_contactor(self) -> None:
        self._contactor.mend()

    def bounce_contactor(self, us: int) -> None:
        """The contacts move for so many microseconds, as in a shock."""
        self._contactor.bounce(us)

    def require(self, name: str) -> None:
        """Raise InputError when this charger has no such part."""
        part = self._parts[name]
        if not part.fitted:
            raise InputError(
                f"this charger has no {name} button: set [hardware] {name}_pin to its pin"
                if part.is_button
                else f"this charger has no {name}: it is switched off in the [hardware] settings"
            )

    def hold_wire(self, wire: str | None) -> None:
        """Hold "sda" or "scl" low, None: neither. Every transfer then blocks until its limit and fails."""
        self.i2c.held = wire

    def let_transfers_be(self) -> None:
        """Call nothing any more when a transfer begins."""
        self.i2c.began = lambda us: None

    def stretch_clock(self, us: int) -> None:
        """A device holds SCL, so that every I2C transfer takes `us` microseconds longer."""
        self.i2c.stretch_us = us

    # What follows from it.

    def _button(self, name: str) -> Button:
        self.require(name)
        part = self._parts[name]
        assert isinstance(part, Button)
        return part

    def _supply(self) -> None:
        for name, part in self._parts.items():
            part.supply(self._board.powered, name not in self._failed)

    def _on_power(self, event: Event) -> None:
        self._supply()
        if event["on"]:
            # After the event of the supply itself, for every listener.
            self._board.clock.call_in(0, self._report)

    def _report(self) -> None:
        for part in self._parts.values():
            part.report()
