# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Stand-ins on the VM for what CircuitPython builds in: enough to import what stands on it, not to run it."""

import sys
import time

NAMES = (
    "board",
    "busdisplay",
    "busio",
    "countio",
    "digitalio",
    "displayio",
    "fontio",
    "fourwire",
    "i2cdisplaybus",
    "microcontroller",
    "micropython",
    "neopixel_write",
    "rtc",
    "socketpool",
    "storage",
    "supervisor",
    "terminalio",
    "traceback",
    "typing",
    "circuitpython_typing",
    "circuitpython_typing.socket",
    "usb_cdc",
    "watchdog",
    "wifi",
)


class Anything:
    """Can be called, subclassed, and asked for any attribute."""

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        return self

    def __getitem__(self, key):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything


class StandIn:
    def __init__(self, name):
        self.__name__ = name
        self.__path__ = "/" + name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("TYPE_CHECKING", "console"):
            return None
        if name == "const":
            return lambda value: value
        if name == "ticks_ms":
            return time.ticks_ms
        return Anything


for _name in NAMES:
    sys.modules[_name] = StandIn(_name)
