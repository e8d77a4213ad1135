# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Joins core, board and network into the charger for this board, by the settings. The only place that knows all of them.

A part that cannot be used is a latched fault or is done without (hardware/parts.py); a fatal mistake in the settings
leaves the charger Unavailable, relay open, without a network. Nothing that lives on refers to this module, so that
code.py can unload it, and with it what only reads the settings, once the charger is built.
"""

from charger import VERSION, ticks
from charger.clock import Clock
from charger.core import Core
from charger.hardware import reset, system
from charger.hardware.console import Console
from charger.hardware.reload import AutoReload
from charger.hardware.watchdog import Watchdog
from charger.housekeeping import Housekeeping
from charger.loop import Loop, Task
from charger.net import NoNetwork
from charger.ocpp.charge_point import Identity
from charger.ocpp.outbox import Outbox
from charger.panel import Panel
from charger.visit import leave

# How long the display tells of a mistake in the settings: one that was made good by a default gives way to the state.
_PROBLEM_MS = 30000
_FOR_GOOD_MS = 1 << 28


def build(store, reason, outputs, network, free, reserve):
    """The charger's Loop, ready to run.

    `store`: hardware.store.Store; `reason`: of the reset; `outputs`: hold.py's; `network`: what net.open_radio gave;
    `free`: a text for the log, what memory was free; `reserve`: a list that holds some, to be cleared when there is none.
    """
    now = system.ticks_ms()
    console = Console()
    log = console.log
    log("boot", "firmware {} on {}, reset: {}".format(VERSION, system.board_id(), reason))
    log("memory", free)
    if system.bluetooth_on():
        log("boot", "Bluetooth is on: anybody near can read and change this drive. Run chargerctl deploy")
    if store.trouble:
        log("store", store.trouble)
    store.log = log
    values, problems = _read_settings()
    for variable, why, fatal in problems:
        log("config", "{} {}{}".format(variable, why, ": the charger stays Unavailable" if fatal else ""))
    operative = not any(fatal for _, _, fatal in problems)

    parts = _fit(values, outputs, store.crash_count, log)
    console.stalls = parts.stalls
    if problems:
        # Two lines of 21 characters: what keeps the charger from charging goes first, and short.
        variable, why, _ = ([each for each in problems if each[2]] or problems)[0]
        parts.screen.notice(
            "{} {}".format(variable.replace("CHARGER_", "", 1), why),
            _PROBLEM_MS if operative else _FOR_GOOD_MS,
        )
    uptime = ticks.Uptime(now)
    clock = Clock(system.read_utc, system.write_utc, values["display.timezone_offset_hours"] * 36, log)
    outbox = Outbox()
    loop = Loop(system.ticks_ms, parts.stalls, system.describe, reserve, log)
    if operative:
        wifi, link, ntp = _network(network, values, clock, parts.stalls, store, outbox, log)
    else:
        wifi = link = ntp = NoNetwork()

    identity = Identity(values, VERSION, system.boot_id(), reason)
    core = Core(
        values,
        identity,
        parts,
        link,
        outbox,
        clock,
        uptime,
        store,
        reserve,
        reset.reboot,
        log,
        now,
        operative,
    )
    interlock, controller = core.interlock, core.controller
    parts.stalls.follow(interlock)
    # When the relay opened is not known, but it is open since the reset: not every chip can tell a power-on from one.
    interlock.rest(None if reason == "reload" else ticks.add(system.ticks_ms(), -system.up_ms()))
    if store.fault:
        interlock.latch(store.fault)
    for fault in parts.faults:
        interlock.bar(fault)

    panel = Panel(parts.screen, clock, wifi, link, interlock, now)
    reload = AutoReload(controller, core.transactions, log)
    housekeeping = Housekeeping(
        system.collect, system.memory, reserve, store, interlock, parts.stalls, uptime, log, now
    )
    urgent = (
        Task("interlock", interlock.step, 5, vital=True),
        Task("inputs", core.inputs.step, 20),
        Task("connector", controller.step, 10, vital=True),
        Task("outputs", core.outputs.step, 5),
        Task("uptime", uptime.step, 5),
    )
    rest = (
        Task("ocpp", core.charge_point.step, 40),
        Task("restart", core.restart.step, 10),
        Task("wifi", wifi.step, 20),
        Task("link", link.step, 20),
        Task("ntp", ntp.step, 10),
        Task("panel", panel.step, 10),
        Task("display", parts.screen.step, 30),
        Task("console", console.step, 10),
        Task("reload", reload.step, 20),
        Task("housekeeping", housekeeping.step, 60),
    )
    loop.begin(urgent, rest, Watchdog(values["safety.watchdog_seconds"]), controller.make_safe)
    return loop


def _read_settings():
    """(values, problems) of the drive's settings.toml; a missing file is a file without settings."""
    from charger import settings, settings_file

    try:
        with open("/settings.toml", "rb") as stream:
            found, unreadable, notes = settings_file.read(stream)
    except OSError as error:
        found, unreadable, notes = {}, {}, [("settings.toml", "cannot be read: " + str(error), True)]
    values, problems = settings.load(found.get, unreadable, list(found))
    system.forget("charger.settings", "charger.settings_file")
    return values, notes + problems


class _Fitted:
    """The board's parts, without what made them."""


def _fit(values, outputs, crashes, log):
    from charger.hardware.parts import Parts

    made = Parts(values, outputs, crashes, log)
    parts = _Fitted()
    parts.faults = made.faults
    parts.stalls = made.stalls
    parts.relay = made.relay
    parts.lock = made.lock
    parts.cable = made.cable
    parts.emergency_stop = made.emergency_stop
    parts.service_button = made.service_button
    parts.has_meter = made.has_meter
    parts.meter = made.meter
    parts.led = made.led
    parts.screen = made.screen
    parts.card_reader = made.card_reader
    made = None
    # Before the network is loaded, as the settings are: everything together would be the most that the start needs.
    system.forget("charger.hardware.parts", "charger.hardware.pins", "charger.hardware.profiles")
    return parts


def _network(network, values, clock, stalls, store, outbox, log):
    from charger.net.mqtt import Link
    from charger.net.ntp import Ntp
    from charger.net.wifi import Wifi

    radio, pool = network
    ticks_ms = system.ticks_ms
    wifi = Wifi(radio, values, ticks_ms, stalls, store, outbox, log, system.is_rp2())
    link = Link(pool, wifi, values, ticks_ms, stalls, log)
    leave("charger.net.minimqtt")
    server, interval_minutes = values["ntp.server"], values["ntp.sync_interval_minutes"]
    ntp = Ntp(pool, server, interval_minutes, clock, wifi, ticks_ms, stalls, log)
    return wifi, link, ntp
