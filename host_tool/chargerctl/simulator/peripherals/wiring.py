# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The charger around the board: which part hangs on which pin, and what a person can do to it.

Wired as the settings and the board's profile say, with the pull-downs that docs ask for: relay and lock are safe
whenever nobody drives them. What is reported is what the parts are, never what the firmware believes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chargerctl.errors import InputError
from chargerctl.firmware_files import firmware_module
from chargerctl.simulator.machine.pinout import Pinout
from chargerctl.simulator.machine.pins import Pin
from chargerctl.simulator.peripherals.contacts import Driver, to_ground
from chargerctl.simulator.peripherals.meter import S0Meter
from chargerctl.simulator.peripherals.panel import Ssd1306Panel
from chargerctl.simulator.peripherals.pn532 import Pn532, Pn532I2c, Pn532Spi
from chargerctl.simulator.peripherals.ssd1306 import Ssd1306
from chargerctl.simulator.peripherals.ws2812 import Ws2812

if TYPE_CHECKING:
    from chargerctl.simulator.machine.board import VirtualBoard
    from chargerctl.simulator.machine.buses import I2CBus
    from chargerctl.simulator.machine.events import Event

# A change of the picture is reported so long after it began: a page is drawn in several transfers and passes.
_PICTURE_US = 30_000
# So long a reader needs to be without a card before the next one.
_BETWEEN_CARDS_US = 500_000


class World:
    """Everything outside the board but the network. `settings` are the drive's: CHARGER_... -> text.

    Its changes are events (relay, lock, led, cable, card, display); all states are given at each power-on.
    """

    def __init__(self, board: VirtualBoard, settings: Mapping[str, str]) -> None:
        self._board = board
        self._clock = board.clock
        self._failed: set[str] = set()
        self._picture = b""
        self._picture_due = False
        values, _ = firmware_module("charger.settings").load(settings.get)
        self._pinout = Pinout(board, values)

        self.plugged = False
        self._relay = self._driver("relay", self._relay_changed)
        self._lock = self._driver("lock", self._tell_lock)
        self._cable = self._pinout.pin("cable_pin")
        self._buttons = {"estop": self._pinout.pin("estop_pin"), "service": self._pinout.pin("service_pin")}
        self._wire_switches()

        meter_pin = self._pinout.pin("meter_pin")
        self._meter = S0Meter(self._clock, values["hardware.meter_pulses_per_kwh"] or 0, to_ground(meter_pin))
        self._light = Ws2812(self._tell_led)
        self._wire_light()
        self.i2c: I2CBus = self._pinout.i2c()
        self._chip = Ssd1306(values["hardware.display_address"], self._picture_changed)
        self.panel = Ssd1306Panel(self._chip)
        irq_pin = self._pinout.pin("reader_irq_pin")
        self._reader = Pn532(self._clock, lambda low: irq_pin.external(not low) if irq_pin else None)
        self._card: str | None = None
        self._field_free_us = 0
        self._wire_buses(values)

        self._parts = self._fitted(values, meter_pin)
        board.events.listen(self._on_event)
        self._supply()

    # What is.

    @property
    def relay_closed(self) -> bool:
        """The contactor, by the level at its pin."""
        return self._relay.on

    @property
    def lock_engaged(self) -> bool:
        return self._lock.on

    @property
    def led_rgb(self) -> tuple[int, int, int]:
        """The colour on the wire, after the firmware's brightness."""
        red, green, blue = bytes.fromhex(self._light.rgb)
        return red, green, blue

    @property
    def card(self) -> str | None:
        """The UID of the card on the reader."""
        return self._card

    @property
    def reader_free(self) -> bool:
        """Nobody holds a card, or waits to."""
        return self._card is None and self._clock.now_us >= self._field_free_us

    @property
    def metered_wh(self) -> float:
        """What the pulses that the meter has sent stand for, in watt-hours."""
        return self._meter.energy_wh

    # What a person does.

    def plug(self) -> None:
        self._set_cable(True)

    def unplug(self) -> None:
        self._set_cable(False)

    def swipe(self, uid: str, hold_s: float = 0.5) -> None:
        """Hold a card (its UID in hex) to the reader; after the one before and half a second without."""
        start_us = max(self._clock.now_us, self._field_free_us)
        end_us = start_us + round(hold_s * 1_000_000)
        self._field_free_us = end_us + _BETWEEN_CARDS_US
        self._clock.call_at(start_us, lambda: self.hold(uid.upper()))
        self._clock.call_at(end_us, lambda: self.hold(None))

    def hold(self, uid: str | None) -> None:
        """Put a card (its UID in upper-case hex) on the reader, or take it away, now."""
        self._card = uid
        self._reader.hold(None if uid is None else bytes.fromhex(uid))
        self._board.events.emit("card", uid=uid)

    def press(self, button: str) -> None:
        """estop or service, until released."""
        self._move(button, pressed=True)

    def release(self, button: str) -> None:
        self._move(button, pressed=False)

    def meter(self, kilowatts: float) -> None:
        """What the vehicle draws while the relay is closed."""
        self._meter.power(round(kilowatts * 1000))

    # What breaks.

    def fail(self, part: str) -> None:
        """Cut the wires of display, reader, led or meter."""
        self._set_failed(part, True)

    def repair(self, part: str) -> None:
        """It comes back as at power-on."""
        self._set_failed(part, False)

    def require(self, part: str) -> None:
        """Raise InputError when this charger has no such button (estop, service) or part (display, ...)."""
        if part in self._buttons:
            if self._buttons[part] is None:
                raise InputError(
                    f"this charger has no {part} button: [hardware] {part}_pin says on which pin"
                )
        elif part not in self._parts:
            raise InputError(f"this charger has no {part}: its settings say none")

    def hold_wire(self, wire: str | None) -> None:
        """Something holds "sda" or "scl" low, None: lets go. Every transfer then blocks until its limit and fails."""
        self.i2c.held = wire

    def let_transfers_be(self) -> None:
        """Whoever waited for a transfer to begin does so no longer."""
        self.i2c.began = lambda us: None

    def stretch_clock(self, us: int) -> None:
        """A device holds SCL, so that every I2C transfer takes `us` microseconds longer."""
        self.i2c.stretch_us = us

    # How it is wired.

    def _driver(self, part: str, changed: Callable[[], object]) -> Driver:
        return Driver(self._pinout.pin(f"{part}_pin"), self._pinout.active_high(part), changed)

    def _wire_switches(self) -> None:
        if self._buttons["estop"] is not None:
            # Normally closed: a broken wire is an emergency stop.
            self._buttons["estop"].external(False)

    def _wire_light(self) -> None:
        pin, power_pin = self._pinout.pin("led_pin"), self._pinout.pin("led_power_pin")
        if pin is not None:
            self._board.parts.setdefault("neopixel_write", {})[pin.gpio] = self._light.pulses
        if power_pin is not None:
            power_pin.watch(lambda _: self._supply())
        self._light_switch = power_pin

    def _wire_buses(self, values: Mapping[str, Any]) -> None:
        if values["hardware.display"] == "ssd1306":
            self.i2c.attach(self._chip)
        if values["hardware.card_reader"] == "pn532_i2c":
            self.i2c.attach(Pn532I2c(self._reader))
        chip_select = self._pinout.pin("reader_cs_pin")
        if values["hardware.card_reader"] == "pn532_spi" and chip_select is not None:
            self._pinout.spi().attach(chip_select, Pn532Spi(self._reader))

    def _fitted(self, values: Mapping[str, Any], meter_pin: Pin | None) -> set[str]:
        fitted = {
            "display": values["hardware.display"] != "none",
            "reader": values["hardware.card_reader"] != "none",
            "led": self._pinout.pin("led_pin") is not None,
            "meter": meter_pin is not None,
        }
        return {part for part, is_there in fitted.items() if is_there}

    # What follows from it.

    def _set_cable(self, plugged: bool) -> None:
        if plugged == self.plugged:
            return
        self.plugged = plugged
        self._board.events.emit("cable", plugged=plugged)
        to_ground(self._cable)(plugged)

    def _move(self, button: str, pressed: bool) -> None:
        pin = self._buttons[button]
        if pin is None:
            raise InputError(
                f"this charger has no {button} button: set [hardware] {button}_pin to the pin it is on"
            )
        to_ground(pin)(not pressed if button == "estop" else pressed)

    def _set_failed(self, part: str, failed: bool) -> None:
        self.require(part)
        if failed:
            self._failed.add(part)
        else:
            self._failed.discard(part)
        self._supply()

    def _supply(self) -> None:
        """Give each part its supply, or take it. The meter lives on the mains."""
        powered = self._board.powered
        for part, chip in (("display", self._chip), ("reader", self._reader)):
            wanted = powered and part in self._parts and part not in self._failed
            if chip.powered is not wanted:
                chip.power(wanted)
        switched_on = self._light_switch is None or self._light_switch.level
        self._light.power(powered and switched_on and "led" not in self._failed)
        self._meter.works("meter" not in self._failed)

    def _relay_changed(self) -> None:
        self._meter.contactor(self._relay.on)
        self._tell_relay()

    def _picture_changed(self) -> None:
        if not self._picture_due:
            self._picture_due = True
            self._clock.call_in(_PICTURE_US, self._report_picture)

    def _report_picture(self) -> None:
        self._picture_due = False
        if self._picture != self._chip.picture():
            self._tell_display()

    # What is told.

    def _on_event(self, event: Event) -> None:
        if event["kind"] == "power":
            self._supply()
            if event["on"]:
                # Behind the event of the supply itself, for every listener.
                self._clock.call_in(0, self._tell_all)

    def _tell_all(self) -> None:
        self._tell_relay()
        self._tell_lock()
        self._tell_led()
        self._board.events.emit("cable", plugged=self.plugged)
        self._board.events.emit("card", uid=self._card)
        self._tell_display()

    def _tell_relay(self) -> None:
        self._board.events.emit("relay", closed=self._relay.on)

    def _tell_lock(self) -> None:
        self._board.events.emit("lock", locked=self._lock.on)

    def _tell_led(self) -> None:
        self._board.events.emit("led", rgb=self._light.rgb)

    def _tell_display(self) -> None:
        self._picture = self._chip.picture()
        self._board.events.emit("display", rows=self.panel.rows, lines=self.panel.lines())
