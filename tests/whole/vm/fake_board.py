# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Runs on the VM: what CircuitPython builds in, small, and on a clock that only moves when the test says so.

Importing it puts every module in its place. `world` is the other side: pins, the card before the reader, the time.
What is called in an idle pass allocates nothing, so that what the measurements find is the charger's.
"""

import errno
import os
import struct
import sys
import time

from fake_network import Pool, peer

_TICKS = (1 << 29) - 1
_QUESTIONS_A_MS = 32
_EPOCH = 1795332600  # 2026-11-22T07:30:00Z


class Passed(BaseException):
    """Ends code.py's endless loop after its first pass; the firmware cannot catch it."""


class World:
    def __init__(self):
        self.ms = 0  # since the board's start
        self._questions = 0
        self.pins = {}
        self.card = None  # the UID's bytes while a card lies before the reader
        self.pulses = 0
        self.lines = None  # a list keeps what the console said
        self.stop_after_pass = False

    def ticks_ms(self):
        # A program that asks until the tick changes, as MiniMQTT does, must see it change.
        self._questions += 1
        if self._questions >= _QUESTIONS_A_MS:
            self._questions = 0
            self.ms += 1
        return self.ms & _TICKS


world = World()
peer.now_ms = lambda: world.ms


class Namespace:
    """A module, or an object that only has attributes."""

    def __init__(self, **names):
        for name in names:
            setattr(self, name, names[name])


class Pin:
    def __init__(self, name):
        self.level = True
        world.pins[name] = self


class DigitalInOut:
    def __init__(self, pin):
        self._pin = pin

    def switch_to_input(self, pull=None):
        pass

    def switch_to_output(self, value=False):
        self._pin.level = value

    @property
    def value(self):
        return self._pin.level

    @value.setter
    def value(self, level):
        self._pin.level = level


class Counter:
    def __init__(self, pin, *, edge=None, pull=None):
        pass

    @property
    def count(self):
        return world.pulses


class I2C:
    """A display at 0x3C that takes everything and is always on, and a PN532 at 0x24."""

    def __init__(self, scl, sda, *, frequency=100000):
        self._reader = Pn532()
        self._locked = False

    def try_lock(self):
        if self._locked:
            return False
        self._locked = True
        return True

    def unlock(self):
        self._locked = False

    def probe(self, address):
        return address in (0x24, 0x3C)

    def writeto(self, address, buffer, *, start=0, end=None):
        if address == 0x24:
            self._reader.write(buffer)
        elif address != 0x3C:
            raise OSError(errno.ENODEV)

    def readfrom_into(self, address, buffer, *, start=0, end=None):
        if address == 0x3C:
            buffer[0] = 0
            return
        if address != 0x24:
            raise OSError(errno.ENODEV)
        self._reader.read(buffer, len(buffer) if end is None else end)


class SPI:
    """An MFRC522 that finds no card: the timer of every request has run out."""

    def __init__(self, clock, *, MOSI, MISO):  # noqa: N803 - the board's names
        pass

    def try_lock(self):
        return True

    def unlock(self):
        pass

    def configure(self, *, baudrate):
        pass

    def write(self, data, *, start=0, end=None):
        pass

    def write_readinto(self, out, into):
        # VersionReg and ComIrqReg; every other register reads 0.
        into[1] = 0x92 if out[0] == 0xEE else 0x01 if out[0] == 0x88 else 0


class Pn532:
    """Acknowledges, answers SAMConfiguration, and InListPassiveTarget as soon as there is a card."""

    def __init__(self):
        self._frames = []
        self._searching = False

    def write(self, frame):
        self._frames.clear()
        self._frames.append(b"\x00\x00\xff\x00\xff\x00")
        self._searching = frame[6] == 0x4A
        if frame[6] == 0x14:
            self._frames.append(_answer(b"\xd5\x15"))

    def read(self, buffer, end):
        if self._searching and world.card is not None and not self._frames:
            self._searching = False
            self._frames.append(_answer(b"\xd5\x4b\x01\x01\x00\x04\x08\x04" + world.card))
        buffer[0] = 1 if self._frames else 0
        if end > 1:
            frame = self._frames.pop(0)
            for at in range(1, end):
                buffer[at] = frame[at - 1] if at <= len(frame) else 0


def _answer(data):
    checksum = -sum(data) & 0xFF
    return b"\x00\x00\xff" + bytes([len(data), -len(data) & 0xFF]) + data + bytes([checksum, 0])


class Picture:
    """A Bitmap, Palette, TileGrid, Group, display bus or display: takes what it is given."""

    hidden = False
    root_group = None

    def __init__(self, *args, **options):
        self.bus = args[0] if args else None

    def __setitem__(self, place, value):
        pass

    def append(self, picture):
        pass

    def make_transparent(self, place):
        pass

    def send(self, command, data):
        pass

    def refresh(self):
        pass


class Dog:
    timeout = mode = None

    def feed(self):
        if world.stop_after_pass:
            raise Passed


class Port:
    """The USB serial port, read at once by somebody."""

    write_timeout = None

    def write(self, data):
        if world.lines is not None:
            world.lines.append(str(bytes(data), "utf-8"))
        return len(data)


class Radio:
    connected = True
    ipv4_address = "192.0.2.7"
    ipv4_dns = "192.0.2.53"


class Anything:
    """For annotations and base classes: can be called, subclassed, indexed, and asked for any attribute."""

    def __init__(self, *args):
        pass

    def __getitem__(self, key):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything


def _listdir(path):
    # The VM's own root has devices and processes in it.
    names = os.listdir(path)  # noqa: PTH208 - the VM has no pathlib
    return [name for name in names if name not in ("dev", "proc", "tmp", "home")] if path == "/" else names


def _numbered(function, path):
    """The VM's file system has error numbers of its own, not those of errno."""
    try:
        return function(path)
    except OSError:
        raise OSError(errno.EEXIST if function is os.mkdir else errno.ENOENT)  # noqa: B904


def _reset():
    raise RuntimeError("the firmware has reset the board")


def _board():
    board = Namespace(board_id="adafruit_feather_esp32s3_4mbflash_2mbpsram")
    pins = "D5 D6 D9 D10 D11 D12 NEOPIXEL NEOPIXEL_POWER SDA SCL SCK MOSI MISO"
    for name in pins.split():
        setattr(board, name, Pin(name))
    return board


def _modules():
    reasons = "POWER_ON BROWNOUT SOFTWARE WATCHDOG RESET_PIN DEEP_SLEEP_ALARM RESCUE_DEBUG"
    font = Namespace(bitmap=None, get_glyph=lambda code: Namespace(tile_index=code))
    pictures = dict.fromkeys(("Bitmap", "Palette", "TileGrid", "Group"), Picture)
    clock = {name: getattr(time, name) for name in ("localtime", "mktime", "sleep") if hasattr(time, name)}
    typing = Anything()
    typing.TYPE_CHECKING = False
    return {
        "board": _board(),
        "busdisplay": Namespace(BusDisplay=Picture),
        "busio": Namespace(I2C=I2C, SPI=SPI),
        "circuitpython_typing": Anything(),
        "circuitpython_typing.socket": Anything(),
        "countio": Namespace(Counter=Counter, Edge=Namespace(FALL=0)),
        "digitalio": Namespace(
            DigitalInOut=DigitalInOut, Pull=Namespace(UP=1, DOWN=0), Direction=Namespace(OUTPUT=1, INPUT=0)
        ),
        "displayio": Namespace(release_displays=lambda: None, **pictures),
        "fontio": Anything(),
        "fourwire": Anything(),
        "i2cdisplaybus": Namespace(I2CDisplayBus=Picture),
        "microcontroller": Namespace(
            Pin=Pin,
            ResetReason=Namespace(**{name: name for name in reasons.split()}),
            cpu=Namespace(reset_reason="POWER_ON"),
            nvm=bytearray(8192),
            watchdog=Dog(),
            reset=_reset,
        ),
        "neopixel_write": Namespace(neopixel_write=lambda pin, data: None),
        "os": Namespace(
            getenv=lambda name: None,
            listdir=_listdir,
            mkdir=lambda path: _numbered(os.mkdir, path),
            stat=lambda path: _numbered(os.stat, path),
            statvfs=lambda path: (512, 512, 4000, 3000, 3000, 0, 0, 0, 0, 255),
            sync=lambda: None,
            urandom=lambda count: bytes(range(count)),
        ),
        "rtc": Namespace(RTC=lambda: Namespace(datetime=None)),
        "socketpool": Namespace(SocketPool=Pool),
        "storage": Namespace(getmount=lambda path: Namespace(readonly=False)),
        # CircuitPython's takes the offset by name.
        "struct": Namespace(
            pack=struct.pack,
            unpack=struct.unpack,
            unpack_from=lambda layout, data, offset=0: struct.unpack_from(layout, data, offset),
        ),
        "supervisor": Namespace(
            RunReason=Namespace(STARTUP=0),
            runtime=Namespace(run_reason=0, autoreload=True, serial_bytes_available=0),
            ticks_ms=world.ticks_ms,
            reload=_reset,
        ),
        "terminalio": Namespace(FONT=font),
        "time": Namespace(
            monotonic=lambda: world.ms / 1000,
            monotonic_ns=lambda: world.ms * 1000000,
            time=lambda: _EPOCH + world.ms // 1000,
            **clock,
        ),
        "traceback": Namespace(format_exception=lambda error: [repr(error)]),
        "typing": typing,
        "usb_cdc": Namespace(console=Port()),
        "watchdog": Namespace(WatchDogMode=Namespace(RESET=1)),
        "wifi": Namespace(radio=Radio()),
    }


_made = _modules()
for _name in _made:
    sys.modules[_name] = _made[_name]
