# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The parts of this board, by the settings and the board's profile; what is switched off is not imported.

A relay, lock, cable or emergency-stop pin that cannot be used is a fault. Without any other part the charger still works.
"""

from charger import VERSION
from charger.hardware import system
from charger.hardware.absent import NoDisplay, NoLed, NoMeter, NoReader
from charger.hardware.buttons import Contact, EmergencyStop, pulled_up
from charger.hardware.health import reason
from charger.hardware.lock import Lock
from charger.hardware.output import claim
from charger.hardware.pins import Pins
from charger.hardware.profiles import profile
from charger.stalls import Stalls
from charger.visit import visit

_GATED = ("relay_pin", "cable_pin", "estop_pin")
# With which the display core draws an area: columns, pages, pixels.
_TRANSFERS = 3
# In a row; the charger is held after ten.
_CRASHES = 3
# More than a DigitalInOut takes.
_SPARE = 256


class NoRelay:
    """In the place of a relay whose pin cannot be used: never closed."""

    closed = False
    stuck = None

    def close(self):
        pass

    def open(self):
        pass


class NoCable:
    """In the place of a cable input whose pin cannot be used: never plugged in."""

    def plugged(self):
        return False


class Parts:
    """`faults`: why the charger must not charge until it starts anew. `stalls`: whether a call may block.

    `outputs`: what hold.py drives already, and from here on what these parts drive. `crashes`: in a row before this start.
    """

    def __init__(self, values, outputs, crashes, log):
        self._values = values
        self._outputs = outputs
        self._crashes = crashes
        self._log = log
        self.faults = []
        board_id = values["hardware.board"]
        self._board_id = system.board_id() if board_id == "auto" else board_id
        self._profile = profile(self._board_id)
        self._pins = Pins(self._board_id)
        # The relay first: from here on it is open.
        gate = self._gate()
        self.relay = gate or self._relay()
        self.stalls = Stalls(
            self.relay, values["safety.max_stall_ms"], values["safety.watchdog_seconds"], log
        )
        self.lock = self._lock()
        self.cable = gate or self._cable()
        self.emergency_stop = self._emergency_stop(gate)
        # A charger that was meant to measure its contactor must not charge without that.
        self.contactor = (
            None if self._name("feedback_pin") == "none" else self._vital("feedback_pin", Contact)
        )
        self.service_button = self._optional("service_pin", Contact) or Contact(None)
        self.has_meter = bool(values["hardware.meter_pulses_per_kwh"]) and self._name("meter_pin") != "none"
        self.meter = self._meter()
        self.led = self._led()
        # One transfer that meets a held wire, by CircuitPython's own limit (2 s on ESP32) and some.
        self._wire_ms = 1050 if system.is_rp2() else 2050
        shows = self._shows()
        self.i2c = i2c = self._i2c(shows)
        self.screen = self._screen(i2c) if shows else NoDisplay()
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
            self.faults.append(key + ": " + str(error))
            return None

    def _output(self, key, kind, active):
        """Relay or lock, inactive from here on; also on a pin that must not drive it, since something may be wired to it."""
        output = self._vital(key, lambda pin: kind(self._driven(key, pin, active == "low"), active == "high"))
        unsafe = self._pins.unsafe(self._name(key))
        if output is not None and unsafe:
            self.faults.append("{}: {} must not drive it: {}".format(key, self._name(key), unsafe))
        return output

    def _driven(self, key, pin, level):
        """The pin as an output at `level`; where hold.py drives it already, it goes on doing so."""
        part, name = key[:-4], self._name(key)
        for entry in self._outputs:
            if entry[0] == part and entry[1] == name:
                entry[3] = level
                return entry[2]
        self._let_go(part)
        output = claim(pin, level)
        self._outputs.append([part, name, output, level])
        return output

    def _let_go(self, part):
        """Release what hold.py drives for `part`, so that another can claim the pin. True when there was something."""
        for entry in self._outputs:
            if entry[0] == part:
                entry[2].deinit()
                self._outputs.remove(entry)
                return True
        return False

    def _optional(self, key, make=None):
        """The pin of a part that the charger can do without, or what `make` makes of it; None when it cannot be had."""
        try:
            pin = self._pins.claim(self._name(key), key)
            return pin if make is None or pin is None else make(pin)
        except ValueError as error:
            self._log("config", "{}: {}: part not used".format(key, error))
            return None

    def _gate(self):
        """On RP2, relay, cable and emergency stop as one Gate. None: each is made by itself, and reports what is wrong."""
        active, names = self._values["hardware.relay_active"], [self._name(key) for key in _GATED]
        if (
            self._values["hardware.relay_gate"] == "none"
            or not system.is_rp2()
            or active is None
            or None in names
        ):
            return None
        # On trial: without a gate they are claimed one by one.
        pins = Pins(self._board_id)
        entry = ["relay", names[0], None, active == "low"]
        floats = False
        # Freed for claiming the pin again, should the gate fail for want of memory.
        spare = bytearray(_SPARE)
        try:
            from charger.hardware.gate import Gate

            relay, cable, stop = [pins.claim(name, key) for name, key in zip(names, _GATED)]
            floats = self._let_go("relay")
            entry[2] = Gate(relay, active == "high", cable, stop)
        except Exception as error:
            spare = None
            # After any error, and before anything else: nothing drives the relay's pin.
            if floats:
                entry[2] = claim(relay, entry[3])
                self._outputs.append(entry)
            if not isinstance(error, (ImportError, MemoryError, RuntimeError, ValueError)):
                raise
            self._log("safety", "no hardware gate, the relay opens by software alone: " + reason(error))
            return None
        del spare
        self._outputs.append(entry)
        self._pins = pins
        self._log("safety", "hardware gate on the relay")
        return entry[2]

    def _relay(self):
        active = self._values["hardware.relay_active"]
        if active is None:
            # Driving the wrong level would close it, so the pin is not driven.
            return NoRelay()
        from charger.hardware.relay import Relay

        return self._output("relay_pin", Relay, active) or NoRelay()

    def _lock(self):
        active = self._values["hardware.lock_active"]
        if active is None or self._name("lock_pin") in (None, "none"):
            return Lock(None, True)
        # A charger that was meant to lock the cable must not charge without a lock.
        return self._output("lock_pin", Lock, active) or Lock(None, True)

    def _cable(self):
        from charger.hardware.cable import Cable

        return self._vital("cable_pin", Cable) or NoCable()

    def _emergency_stop(self, gate):
        if self._name("estop_pin") == "none":
            return EmergencyStop(None)
        if gate is not None:
            return gate
        return self._vital("estop_pin", EmergencyStop) or EmergencyStop(None)

    def _meter(self):
        meter = self._optional("meter_pin", self._make_meter) if self.has_meter else None
        if meter is None:
            self.has_meter = False
            self._log("meter", "none: energy is reported as 0")
            return NoMeter()
        return meter

    def _make_meter(self, pin):
        from charger.hardware.meter import Meter

        return Meter(pin, self._values["hardware.meter_pulses_per_kwh"], self._log)

    def _led(self):
        return self._optional("led_pin", self._make_led) or NoLed()

    def _make_led(self, pin):
        from charger.hardware.led import Led

        return Led(pin, self._optional("led_power_pin"))

    def _shows(self):
        """Whether the display is used. Its core draws in three transfers, and continues when one fails: not with a
        watchdog that is too short for that. Nor after crashes in a row: while a wire is held low during its set-up,
        only the watchdog ends that, with a reset of the board, and ten resets would hold the charger."""
        if self._values["hardware.display"] == "none":
            return False
        if self._crashes >= _CRASHES:
            self._log(
                "display",
                "not used: {} crashes in a row, setting it up may be the cause".format(self._crashes),
            )
            return False
        longest_ms = _TRANSFERS * self._wire_ms
        if not self.stalls.fits(longest_ms):
            text = "not used: [safety] watchdog_seconds is too short for the {} ms that a held wire may take"
            self._log("display", text.format(longest_ms))
            return False
        return True

    def _i2c(self, shows):
        """The bus that display, reader and FRAM share, or None when nothing is on it."""
        values = self._values
        if not shows and "sda" not in values["hardware.reader_pins"] and values["storage.kind"] != "fram":
            return None
        from charger.hardware.i2c import I2cBus

        scl, sda = self._optional("scl"), self._optional("sda")
        return I2cBus(scl, sda, self.stalls, self._wire_ms, shows and not system.is_rp2(), not shows)

    def _screen(self, i2c):
        from charger.hardware.display import Display

        values = self._values
        serial = values["charger.serial"] or "no serial"
        address, name = values["hardware.display_address"], values["charger.name"]
        longest_ms = _TRANSFERS * self._wire_ms
        return Display(i2c, address, name, VERSION, serial, longest_ms, self.stalls, self._log)

    def _card_reader(self, bus):
        """`bus`: I2C, or None. The driver is the file of the reader's name."""
        pins = self._values["hardware.reader_pins"]
        if pins == "":
            return NoReader()
        if "sda" not in pins:
            from charger.hardware.spi import SpiBus

            try:
                bus = SpiBus(*[self._optional(key) for key in ("sck", "mosi", "miso", "reader_cs_pin")])
            except ValueError as error:
                self._log("config", "card_reader: {}: part not used".format(error))
                return NoReader()
        irq = self._optional("reader_irq_pin", pulled_up) if "reader_irq_pin" in pins else None
        return visit("hardware." + self._values["hardware.card_reader"]).make(bus, irq, self._log)
