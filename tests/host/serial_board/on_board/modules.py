# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Runs on the VM before its REPL: the modules of CircuitPython, with pins that tell what drives them.

What CircuitPython lacks of MicroPython is taken away. `hardware` is repl.mjs, which has the facts of the board.
"""

import hashlib as _hashlib
import json
import os as _os
import sys as _sys
import time as _time
import zlib as _zlib

import hardware

FACTS = json.loads(hardware.facts())
# MicroPython has no `*` in a tuple.
LACKS = (  # noqa: SIM905
    "abc asyncio base64 copy datetime deflate fnmatch framebuf functools gzip hardware heapq hmac html inspect"
    " itertools js jsffi locale logging operator pathlib platform tarfile types uctypes unittest uu vfs"
).split()


class _Module:
    def __init__(self, **names):
        for name in names:
            setattr(self, name, names[name])


def _uname():
    release = ".".join(str(part) for part in tuple(FACTS["version"]))
    return _Module(
        sysname="ESP32C6", nodename="ESP32C6", release=release, version=release, machine=FACTS["board"]
    )


_os_module = _Module(uname=_uname, sep="/", sync=hardware.call, getenv=lambda name, default=None: default)
for _name in (
    "chdir",
    "getcwd",
    "listdir",
    "mkdir",
    "remove",
    "rename",
    "rmdir",
    "stat",
    "statvfs",
    "unlink",
):
    setattr(_os_module, _name, getattr(_os, _name))


def _new_hash(name, data=b""):
    if name != "sha256":
        raise ValueError("Unsupported hash algorithm")
    return _hashlib.sha256(data)


class _Pin:
    def __init__(self, name):
        self._name = name
        self.claimed = False

    def __repr__(self):
        return "board." + self._name


_pins = {}
for _names in FACTS["pins"]:
    _pin = _Pin(_names[0])
    for _name in _names:
        _pins[_name] = _pin


class _Direction:
    INPUT, OUTPUT = "digitalio.Direction.INPUT", "digitalio.Direction.OUTPUT"


class _Pull:
    UP, DOWN = "digitalio.Pull.UP", "digitalio.Pull.DOWN"


class _DriveMode:
    PUSH_PULL, OPEN_DRAIN = "digitalio.DriveMode.PUSH_PULL", "digitalio.DriveMode.OPEN_DRAIN"


class _DigitalInOut:
    def __init__(self, pin):
        if pin.claimed:
            raise ValueError(pin._name + " in use")
        pin.claimed = True
        self._pin = pin
        self._direction, self._value, self._pull = _Direction.INPUT, False, None
        self.drive_mode = _DriveMode.PUSH_PULL
        self._tell("input")

    def _tell(self, what):
        hardware.call()
        hardware.happened("pin", self._pin._name, what, bool(self._value))

    @property
    def direction(self):
        return self._direction

    @direction.setter
    def direction(self, direction):
        self._direction, self._value = direction, False
        self._tell("output" if direction == _Direction.OUTPUT else "input")

    @property
    def value(self):
        return self._value if self._direction == _Direction.OUTPUT else self._pull == _Pull.UP

    @value.setter
    def value(self, value):
        if self._direction != _Direction.OUTPUT:
            raise AttributeError("Cannot set value when direction is input.")
        self._value = value
        self._tell("output")

    @property
    def pull(self):
        return self._pull

    @pull.setter
    def pull(self, pull):
        self._pull = pull
        self._tell({None: "input", _Pull.UP: "pull_up", _Pull.DOWN: "pull_down"}[pull])

    def switch_to_output(self, value=False, drive_mode=_DriveMode.PUSH_PULL):
        self._direction, self._value = _Direction.OUTPUT, value
        self._tell("output")

    def switch_to_input(self, pull=None):
        self._direction = _Direction.INPUT
        self.pull = pull

    def deinit(self):
        if self._pin.claimed:
            self._pin.claimed = False
            self._direction = _Direction.INPUT
            self._tell("input")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.deinit()


class _Ended(BaseException):
    pass


def _end(how):
    hardware.end(how)
    raise _Ended


def _remount(path, readonly=False, *, disable_concurrent_write_protection=False):
    if hardware.read_only() and not readonly:
        raise RuntimeError("Cannot remount path when visible via USB.")


def _sleep(seconds):
    hardware.sleep(seconds)
    hardware.call()


def _nothing(*_, **__):
    pass


_titles = _Module(console=True, display=True)
_modules = {
    "os": _os_module,
    "hashlib": _Module(new=_new_hash),
    "board": _Module(board_id=FACTS["board"], **_pins),
    "digitalio": _Module(DigitalInOut=_DigitalInOut, Direction=_Direction, Pull=_Pull, DriveMode=_DriveMode),
    "microcontroller": _Module(
        reset=lambda: _end("hard"),
        on_next_reset=_nothing,
        cpu=_Module(
            uid=bytes(FACTS["uid"]),
            reset_reason=FACTS["reset_reason"],
            frequency=160_000_000,
            temperature=31.0,
        ),
        nvm=bytearray(8192),
    ),
    "supervisor": _Module(
        reload=lambda: _end("soft"),
        runtime=_Module(
            autoreload=True, usb_connected=False, serial_connected=True, serial_bytes_available=0
        ),
        status_bar=_titles,
        ticks_ms=lambda: _time.ticks_ms() & 0x1FFFFFFF,
    ),
    "storage": _Module(
        remount=_remount, getmount=lambda path: _Module(readonly=hardware.read_only(), label="CIRCUITPY")
    ),
    "time": _Module(
        sleep=_sleep,
        monotonic=lambda: _time.ticks_ms() / 1000,
        monotonic_ns=lambda: _time.ticks_ms() * 1_000_000,
        time=lambda: 946684800,
    ),
    "sys": _Module(
        implementation=_Module(name="circuitpython", version=tuple(FACTS["version"]), mpy=262),
        path=["", "/", ".frozen", "/lib"],
        modules=_sys.modules,
        platform="Espressif",
        stdout=_sys.stdout,
        print_exception=_sys.print_exception,
    ),
}
for _name in LACKS:
    _modules[_name] = None
_modules["zlib"] = _Module(decompress=_zlib.decompress) if FACTS["zlib"] else None
_sys.modules.update(_modules)
_sys.path[:] = ["", "/", ".frozen", "/lib"]
