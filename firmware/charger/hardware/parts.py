# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The parts of this board, by the settings and the board's profile; what is switched off is not imported.

A relay, lock, cable or emergency-stop pin that cannot be used is a fault. Any other part is done without.
"""

from charger import VERSION
from charger.hardware import system
from charger.hardware.absent import NoDisplay, NoLed, NoMeter, NoReader
from charger.hardware.buttons import EmergencyStop, ServiceButton
from charger.hardware.cable import Cable
from charger.hardware.lock import Lock
from charger.hardware.pins import Pins
from charger.hardware.profiles import PROFILES
from charger.hardware.relay import Relay
from charger.stalls import Stalls


class NoRelay:
    """Stands for a relay whose pin cannot be used: never closed."""

    closed = False

    def close(self):
        pass

    def open(self):
        pass


class NoCable:
    """Stands for a cable input whose pin cannot be used: never plugged in."""

    def plugged(self):
        return False


class Parts:
    """`faults`: why the charger must not charge until it starts anew. `stalls`: whether the loop may stand still."""

    def __init__(self, values, log):
        self._values = values
        self._log = log
        self.faults = []
        board_id = values["hardware.board"]
        self._board_id = system.board_id() if board_id == "auto" else board_id
        self._profile = PROFILES.get(self._board_id, {})
        self._pins = Pins(self._board_id)
        # The relay first: from here on it is open.
        self.relay = self._relay()
        self.stalls = Stalls(
            self.relay, values["safety.max_stall_ms"], values["safety.watchdog_seconds"], log
        )
        self.lock = self._lock()
        self.cable = self._cable()
        self.emergency_stop = self._emergency_stop()
        self.service_button = self._optional("service_pin", ServiceButton) or ServiceButton(None)
        self.has_meter = bool(values["hardware.meter_pulses_per_kwh"]) and self._name("meter_pin") != "none"
        self.meter = self._meter()
        self.led = self._led()
        i2c = self._i2c()
        self.screen = self._screen(i2c)
        self.card_reader = self._card_reader(i2c)

    def _name(self, key):
        name = self._values.get("hardware." + key, "")
        return self._profile.get(key, "none") if name == "" else name

    def _vital(self, key, make):
        """A part that safety needs: its absence is a fault."""
        try:
            name = self._name(key)
            if name is None or name == "none":
                raise ValueError("no pin is set")
            return make(self._pins.claim(name, key))
        except ValueError as error:
            self.faults.append("{}: {}".format(key, error))
            return None

    def _output(self, key, kind, active):
        """Relay or lock, inactive from here on; also on a pin that must not drive it, since something may hang there."""
        output = self._vital(key, lambda pin: kind(pin, active == "high"))
        unsafe = self._pins.unsafe(self._name(key))
        if output is not None and unsafe:
            self.faults.append("{}: {} must not drive it: {}".format(key, self._name(key), unsafe))
        return output

    def _optional(self, key, make=None):
        """The pin of a part that the charger can do without, or what `make` makes of it; None when it cannot be had."""
        try:
            pin = self._pins.claim(self._name(key), key)
            return pin if make is None or pin is None else make(pin)
        except ValueError as error:
            self._log("config", "{}: {}: done without".format(key, error))
            return None

    def _relay(self):
        active = self._values["hardware.relay_active"]
        if active is None:
            # Driving the wrong level would close it: the pin is better left alone.
            return NoRelay()
        return self._output("relay_pin", Relay, active) or NoRelay()

    def _lock(self):
        active = self._values["hardware.lock_active"]
        if active is None or self._name("lock_pin") in (None, "none"):
            return Lock(None, True)
        # A charger that was meant to lock the cable must not charge without.
        return self._output("lock_pin", Lock, active) or Lock(None, True)

    def _cable(self):
        return self._vital("cable_pin", Cable) or NoCable()

    def _emergency_stop(self):
        if self._name("estop_pin") == "none":
            return EmergencyStop(None)
        return self._vital("estop_pin", EmergencyStop) or EmergencyStop(None)

    def _meter(self):
        meter = self._optional("meter_pin", self._make_meter) if self.has_meter else None
        if meter is None:
            self.has_meter = False
            self._log("meter", "none: energy is reported as 0")
            return NoMeter()
        self._log("meter", "the register restarts at 0 Wh: this firmware keeps no journal yet")
        return meter

    def _make_meter(self, pin):
        from charger.hardware.meter import Meter

        return Meter(pin, self._values["hardware.meter_pulses_per_kwh"], self._log)

    def _led(self):
        return self._optional("led_pin", self._make_led) or NoLed()

    def _make_led(self, pin):
        from charger.hardware.led import Led

        return Led(pin, self._optional("led_power_pin"))

    def _i2c(self):
        """The bus that display and reader share, or None when neither is on it."""
        if self._values["hardware.display"] == "none" and self._values["hardware.card_reader"] != "pn532_i2c":
            return None
        from charger.hardware.buses import I2cBus

        return I2cBus(self._optional("scl"), self._optional("sda"), self.stalls)

    def _screen(self, i2c):
        values = self._values
        if values["hardware.display"] == "none":
            return NoDisplay()
        from charger.hardware.display import Display

        serial = values["charger.serial"] or "no serial"
        address = values["hardware.display_address"]
        return Display(i2c, address, values["charger.name"], VERSION, serial, self.stalls, self._log)

    def _card_reader(self, i2c):
        kind = self._values["hardware.card_reader"]
        if kind == "pn532_i2c":
            from charger.hardware import pn532_i2c

            return pn532_i2c.make(i2c, self._optional("reader_irq_pin"), self._log)
        if kind == "pn532_spi":
            from charger.hardware import pn532_spi
            from charger.hardware.buses import SpiBus

            spi = SpiBus(self._optional("sck"), self._optional("mosi"), self._optional("miso"))
            cs, irq = self._optional("reader_cs_pin"), self._optional("reader_irq_pin")
            try:
                return pn532_spi.make(spi, cs, irq, self._log)
            except ValueError as error:
                self._log("config", "card reader: {}: done without".format(error))
        return NoReader()
