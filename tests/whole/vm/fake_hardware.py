# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Runs on the VM: puts plain-Python parts in the place of charger/hardware/, to see what the rest costs by itself.

The real `system` stays, which unloads modules, and `watchdog`, which tells the test that a pass is over.
"""

import sys

import charger.hardware
from charger.hardware import system, watchdog  # noqa: F401 - so that they are there already
from charger.journal import Journal
from charger.records import Content


class Part:
    """Any part: it is there, idle, and does as it is told."""

    closed = engaged = lost = fitted = False
    energy_wh = power_w = 0
    state = address = local_time = None
    crash_count = 0
    fault = trouble = None
    blocking = False

    def __init__(self, *arguments):
        pass

    def nothing(self, first=None, second=None, third=None):
        pass

    step = show = save = log = notice = charge = close = open = engage = release = nothing

    def no(self):
        return False

    plugged = pressed = first = no


class Stalls:
    granted_ms = 0
    spent = False
    idle = True

    def follow(self, interlock):
        pass

    def allow(self, ms):
        return True

    fits = may = allow


class Parts:
    def __init__(self, *arguments):
        self.faults = []
        self.relay = Part()
        self.stalls = Stalls()
        self.lock = Part()
        self.cable = Part()
        self.emergency_stop = Part()
        self.contactor = None
        self.service_button = Part()
        self.has_meter = True
        self.meter = Part()
        self.led = Part()
        self.screen = Part()
        self.card_reader = Part()
        self.i2c = None


class Medium:
    """A blank journal that keeps nothing."""

    copies = 1
    size = 4032
    keeps = True
    checkpoint_wh = 100
    rewrite_ms = 10

    def ms(self, size):
        return 10

    def read(self, copy, offset, size):
        return b"\xff" * size

    def use(self, copy, end, behind):
        pass

    def append(self, offset, data):
        pass

    def replace(self, image):
        pass


def _open_journal(board, values, i2c, log):
    return Journal(Content(), Medium(), board.stalls, 100, log)


class Module:
    pass


def _put(name, **names):
    module = Module()
    for each in names:
        setattr(module, each, names[each])
    setattr(charger.hardware, name, module)
    sys.modules["charger.hardware." + name] = module


_put("console", Console=Part)
_put("health", reason=str)
_put("medium", open_journal=_open_journal)
_put("parts", Parts=Parts)
_put("pins")
_put("profiles")
_put("reload", AutoReload=Part)
_put("reset", reason=lambda: "power", was_off=lambda: True)
_put("store", Store=Part)
