# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Joins core, board and network into the charger for this board, by the settings. The only place that knows all of them.

A part that cannot be used is a latched fault or is left out (hardware/parts.py); a fatal mistake in the settings
leaves the charger Unavailable, relay open, without a network. No object that stays loaded refers to this module, so
start.py unloads it once the charger is built.
"""

from charger import VERSION, ticks
from charger.clock import Clock
from charger.core import Core
from charger.hardware import system
from charger.hardware.console import Console
from charger.hardware.reload import AutoReload
from charger.hardware.watchdog import Watchdog
from charger.visit import leave, visit

# How long the display shows a mistake in the settings: one that a default replaces, and one that is fatal.
_PROBLEM_MS = 30000
_ALWAYS_MS = 1 << 28


class _Board:
    """What Core needs of this board; listed there."""


def build(store, reason, outputs, network, free, reserve):
    """The charger's Loop, ready to run.

    `store`: hardware.store.Store; `reason`: of the reset; `outputs`: hold.py's; `network`: what net.open_radio gave;
    `free`: a text for the log, what memory was free; `reserve`: a list that holds some, to be cleared when there is none.
    """
    board = _Board()
    board.system = system
    board.reboot = system.reboot
    board.auto_reload = AutoReload
    board.store = store
    board.reserve = reserve
    board.console = console = Console()
    log = store.log = console.log
    log("boot", "firmware {} on {}, reset: {}".format(VERSION, system.board_id(), reason))
    log("memory", free)
    if system.bluetooth_on():
        log("boot", "Bluetooth is on: anyone nearby can read and change this drive. Run chargerctl deploy")
    if store.trouble:
        log("store", store.trouble)
    values, problems = _read_settings()
    for variable, why, fatal in problems:
        log("config", variable + " " + why + (": the charger stays Unavailable" if fatal else ""))
    operative = not any(fatal for _, _, fatal in problems)

    i2c = _fit(board, values, outputs)
    board.journal = visit("hardware.medium").open_journal(board, values, i2c, log)
    system.collect()
    # Late, as store.log: console and store were there before the parts were made.
    console.stalls = board.stalls
    if problems:
        # Two lines of 21 characters: what keeps the charger from charging goes first, and short.
        variable, why, _ = ([each for each in problems if each[2]] or problems)[0]
        board.screen.notice(
            "{} {}".format(variable.replace("CHARGER_", "", 1), why),
            _PROBLEM_MS if operative else _ALWAYS_MS,
        )
    board.clock = Clock(system.read_utc, system.write_utc, values["display.timezone_offset_hours"] * 36, log)
    if operative:
        _connect(board, values, network)
    else:
        # Most chargers never need it.
        from charger.net.absent import NoNetwork

        board.wifi = board.link = board.ntp = NoNetwork()

    core = Core(board, values, reason, operative)
    # When the relay opened is not known, but it is open since the reset: not every chip can tell a power-on from one. At
    # its first start it has never been closed.
    if reason != "power" or not store.first():
        core.interlock.rest(None if reason == "reload" else ticks.add(system.ticks_ms(), -system.up_ms()))
    return core.loop(Watchdog(values["safety.watchdog_seconds"]))


def _read_settings():
    """(values, problems) of the drive's settings.toml; a missing file is a file without settings."""
    from charger import checks, settings, settings_file

    try:
        with open("/settings.toml", "rb") as stream:
            found, unreadable, notes = settings_file.read(stream)
    except OSError as error:
        found = {}
        unreadable = {}
        notes = [("settings.toml", "cannot be read: " + str(error), True)]
    values, problems = settings.load(checks.check, found.get, unreadable, list(found))
    system.forget("charger.checks", "charger.settings", "charger.settings_file")
    return values, notes + problems


def _fit(board, values, outputs):
    from charger.hardware.parts import Parts

    made = Parts(values, outputs, board.store.crash_count, board.console.log)
    board.faults = made.faults
    board.stalls = made.stalls
    board.relay = made.relay
    board.lock = made.lock
    board.cable = made.cable
    board.emergency_stop = made.emergency_stop
    board.contactor = made.contactor
    board.service_button = made.service_button
    board.has_meter = made.has_meter
    board.meter = made.meter
    board.led = made.led
    board.screen = made.screen
    board.card_reader = made.card_reader
    i2c = made.i2c
    made = None
    # Before the network is loaded, as the settings are: everything together would be the most that the start needs.
    system.forget("charger.hardware.parts", "charger.hardware.pins", "charger.hardware.profiles")
    return i2c


def _connect(board, values, network):
    from charger.net.mqtt import Link
    from charger.net.ntp import Ntp
    from charger.net.wifi import Wifi

    radio, pool = network
    ticks_ms = system.ticks_ms
    stalls, log = board.stalls, board.console.log
    board.wifi = Wifi(radio, values, ticks_ms, stalls, board.store, log, system.is_rp2())
    board.link = Link(pool, board.wifi, values, ticks_ms, stalls, log)
    leave("charger.net.minimqtt")
    server, interval_minutes = values["ntp.server"], values["ntp.sync_interval_minutes"]
    board.ntp = Ntp(pool, server, interval_minutes, board.clock, board.wifi, ticks_ms, stalls, log)
