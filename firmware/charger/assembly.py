# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Joins the parts into the charger for this board, by the settings. The only place that knows all of them.

What is switched off is not imported. What cannot be built is replaced by its absence: a relay or cable pin that
cannot be used is a latched fault, a fatal mistake in the settings leaves the charger Unavailable without a network.
"""

from charger import VERSION, settings, settings_file, ticks
from charger.clock import Clock
from charger.controller import Controller
from charger.hardware import pins, reader, reset, system
from charger.hardware.buttons import EmergencyStop, ServiceButton
from charger.hardware.console import Console
from charger.hardware.profiles import PROFILES
from charger.hardware.reload import AutoReload
from charger.hardware.watchdog import Watchdog
from charger.housekeeping import Housekeeping
from charger.inputs import Inputs
from charger.interlock import Interlock, Limits, Stalls
from charger.loop import Loop, Task
from charger.ocpp.charge_point import ChargePoint, Identity
from charger.ocpp.commands import Commands
from charger.ocpp.configuration import Configuration
from charger.ocpp.outbox import Outbox
from charger.ocpp.rpc import Rpc
from charger.ocpp.transactions import Transactions
from charger.panel import Panel
from charger.restart import Restart

_ANSWER_TIMEOUT_MS = 30000
_LONGEST_NOTICE_MS = 1 << 28


class NoNetwork:
    """Stands for Wi-Fi, link and NTP while the settings do not allow for them."""

    connected = False
    address = None

    def step(self, now):
        pass

    def publish(self, frame):
        return False

    def receive(self):
        return None

    def close(self):
        pass


class NoRelay:
    """Stands for a relay or a cable input whose pin cannot be used: never closed, never plugged in."""

    closed = False

    def close(self):
        pass

    def open(self):
        pass

    def plugged(self):
        return False


def build(store):
    """The charger's Loop, ready to run. `store`: hardware.store.Store."""
    now = system.ticks_ms()
    console = Console()
    log = console.log
    log("boot", "firmware {} on {}, reset: {}".format(VERSION, system.board_id(), reset.reason()))
    values, problems = _read_settings()
    for variable, why, fatal in problems:
        log("config", "{} {}{}".format(variable, why, ": the charger stays Unavailable" if fatal else ""))
    operative = not any(fatal for _, _, fatal in problems)

    parts = _Parts(values, log)
    limits = Limits(values)
    uptime = ticks.Uptime(now)
    interlock = Interlock(
        parts.relay, parts.lock, parts.cable, parts.emergency_stop, limits, uptime, log, now
    )
    for fault in parts.faults:
        interlock.latch(fault, now)
    stalls = Stalls(interlock, values["safety.max_stall_ms"])
    console.stalls = stalls
    i2c = parts.i2c(stalls)
    screen = _screen(values, i2c, stalls, log)
    card_reader = _card_reader(values, parts, i2c, log)
    meter = parts.meter()
    led = parts.led()

    clock = Clock(system.read_utc, system.write_utc, values["display.timezone_offset_hours"] * 36, log)
    # The link pumps the loop while it waits, and the loop steps the link: the knot is tied when both are there.
    knot = _Knot()
    wifi, link, ntp = _network(values, clock, knot.pump, stalls, log) if operative else (NoNetwork(),) * 3
    configuration = Configuration(values)
    rpc = Rpc(link, system.boot_id(), _ANSWER_TIMEOUT_MS, log)
    counted = meter if parts.has_meter else None
    transactions = Transactions(rpc, Outbox(), clock, configuration, counted, uptime, log)
    identity = Identity(values["charger.vendor"], values["charger.model"], values["charger.serial"], VERSION)
    charge_point = ChargePoint(rpc, transactions, clock, configuration, identity, uptime, log)
    controller = Controller(
        interlock, charge_point, screen, card_reader, meter, limits, configuration, uptime, log, operative
    )
    charge_point.attach(controller)

    def reboot():
        store.set_crash_count(0)
        link.close()
        reset.reboot()

    restart = Restart(controller, interlock, transactions, rpc, reboot, log)
    rpc.serve(Commands(charge_point, transactions, controller, interlock, restart).answer)
    others = (("display", screen), ("led", led))
    inputs = Inputs(
        card_reader, meter, parts.service_button, others, controller, charge_point, interlock, restart
    )
    panel = Panel(screen, clock, wifi, link, interlock, now)
    reload = AutoReload(log)
    housekeeping = Housekeeping(system.collect, store, stalls, uptime, now)
    if problems:
        screen.notice("{} {}".format(problems[0][0], problems[0][1]), _LONGEST_NOTICE_MS)

    def make_safe(name):
        try:
            interlock.latch("InternalError", system.ticks_ms())
        finally:
            parts.relay.open()

    urgent = (
        Task("interlock", interlock.step, 5, vital=True),
        Task("inputs", inputs.step, 20),
        Task("connector", controller.step, 10, vital=True),
        Task("outputs", lambda now: led.show(controller.state.phase), 5),
        Task("uptime", uptime.step, 5),
    )
    rest = (
        Task("ocpp", charge_point.step, 40),
        Task("restart", restart.step, 10),
        Task("wifi", wifi.step, 20),
        Task("link", link.step, 20),
        Task("ntp", ntp.step, 10),
        Task("panel", panel.step, 10),
        Task("display", screen.step, 30),
        Task("console", console.step, 10),
        Task("reload", lambda now: reload.step(controller.running), 100),
        Task("housekeeping", housekeeping.step, 60),
    )
    watchdog = Watchdog(values["safety.watchdog_seconds"])
    knot.loop = Loop(urgent, rest, system.ticks_ms, watchdog, stalls, make_safe, system.describe, log)
    return knot.loop


class _Knot:
    """Where the loop will be once it is built."""

    loop = None

    def pump(self):
        self.loop.pump()


def _read_settings():
    """(values, problems) of the drive's settings.toml; a missing file is a file without settings."""
    try:
        with open("/settings.toml", "rb") as stream:
            found, unreadable, notes = settings_file.read(stream)
    except OSError as error:
        found, unreadable, notes = {}, {}, [("settings.toml", "cannot be read: " + str(error), True)]
    values, problems = settings.load(found.get, unreadable, list(found))
    return values, notes + problems


class _Parts:
    """The parts on pins. `faults`: why relay or cable cannot be used; anything else is done without, and logged."""

    def __init__(self, values, log):
        self._values = values
        self._log = log
        self.faults = []
        board_id = values["hardware.board"]
        self._board_id = system.board_id() if board_id == "auto" else board_id
        self._profile = PROFILES.get(self._board_id, {})
        self._pins = pins.Pins(self._board_id)
        self.relay = self._relay()
        self.lock = self._lock()
        self.cable = self._cable()
        self.emergency_stop = self._emergency_stop()
        self.service_button = ServiceButton(self._optional("service_pin"))

    def _name(self, key):
        name = self._values.get("hardware." + key, "")
        return self._profile.get(key, "none") if name == "" else name

    def _vital(self, key, make):
        """A part that safety needs: its absence is a fault."""
        try:
            name = self._name(key)
            if name is None or name == "none":
                raise ValueError("no pin is set")
            return make(self._pins.claim(name, key, drives_power=key == "relay_pin"))
        except ValueError as error:
            self.faults.append("{}: {}".format(key, error))
            return None

    def _optional(self, key):
        try:
            return self._pins.claim(self._name(key), key)
        except ValueError as error:
            self._log("config", "{}: {}: done without".format(key, error))
            return None

    def _relay(self):
        from charger.hardware.relay import Relay

        active = self._values["hardware.relay_active"]
        if active is None:
            # Driving the wrong level would close it: the pin is better left alone.
            return NoRelay()
        return self._vital("relay_pin", lambda pin: Relay(pin, active == "high")) or NoRelay()

    def _lock(self):
        from charger.hardware.lock import Lock

        name, active = self._name("lock_pin"), self._values["hardware.lock_active"]
        if name is None or active is None or name == "none":
            return Lock(None, True)
        try:
            return Lock(self._pins.claim(name, "lock_pin", drives_power=True), active == "high")
        except ValueError as error:
            # A charger that was meant to lock the cable must not charge without.
            self.faults.append("lock_pin: {}".format(error))
            return Lock(None, True)

    def _cable(self):
        from charger.hardware.cable import Cable

        return self._vital("cable_pin", Cable) or NoRelay()

    def _emergency_stop(self):
        if self._name("estop_pin") == "none":
            return EmergencyStop(None)
        return self._vital("estop_pin", EmergencyStop) or EmergencyStop(None)

    @property
    def has_meter(self):
        return bool(self._values["hardware.meter_pulses_per_kwh"]) and self._name("meter_pin") != "none"

    def meter(self):
        from charger.hardware import meter

        pin = self._optional("meter_pin") if self.has_meter else None
        if pin is None:
            self._log("meter", "none: energy is reported as 0")
            return meter.NoMeter()
        self._log("meter", "the register restarts at 0 Wh: this firmware keeps no journal yet")
        return meter.Meter(pin, self._values["hardware.meter_pulses_per_kwh"], self._log)

    def led(self):
        from charger.hardware import led

        pin = self._optional("led_pin")
        return led.NoLed() if pin is None else led.Led(pin, self._optional("led_power_pin"))

    def i2c(self, stalls):
        """The bus of display and reader, or None when neither is on one."""
        if self._values["hardware.display"] == "none" and self._values["hardware.card_reader"] != "pn532_i2c":
            return None
        from charger.hardware.buses import I2cBus

        return I2cBus(self._optional("scl"), self._optional("sda"), stalls)

    def spi(self):
        from charger.hardware.buses import SpiBus

        return SpiBus(self._optional("sck"), self._optional("mosi"), self._optional("miso"))

    def chip_select(self):
        return self._optional("reader_cs_pin")


def _screen(values, i2c, stalls, log):
    from charger.hardware import display

    if values["hardware.display"] == "none":
        return display.NoDisplay()
    name = values["charger.name"]
    serial = values["charger.serial"] or ""
    return display.Display(i2c, values["hardware.display_address"], name, VERSION, serial, stalls, log)


def _card_reader(values, parts, i2c, log):
    kind = values["hardware.card_reader"]
    if kind == "pn532_i2c":
        from charger.hardware import pn532_i2c

        return pn532_i2c.make(i2c, log)
    if kind == "pn532_spi":
        from charger.hardware import pn532_spi

        return pn532_spi.make(parts.spi(), parts.chip_select(), log)
    return reader.NoReader()


def _network(values, clock, pump, stalls, log):
    from charger import net
    from charger.net.mqtt import Link
    from charger.net.ntp import Ntp
    from charger.net.wifi import Wifi

    radio, pool = net.open_radio()
    wifi = Wifi(radio, values["wifi.ssid"], values["wifi.password"], stalls, log, system.is_rp2())
    link = Link(pool, wifi, values, system.ticks_ms, pump, stalls, log)
    ntp = Ntp(pool, values["ntp.server"], values["ntp.sync_interval_minutes"], clock, wifi, stalls, log)
    return wifi, link, ntp
