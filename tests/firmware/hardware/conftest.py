# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A bench: the board's modules as small stand-ins, with the simulator's chips at the ends of the wires.

Time passes only on the wire (9 bits a byte at the bus's clock) and where a test lets it pass.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import sys
import types
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.peripherals import font
from chargerctl.simulator.peripherals.mfrc522 import Mfrc522, Mfrc522Spi
from chargerctl.simulator.peripherals.panel import Ssd1306Panel
from chargerctl.simulator.peripherals.pn532 import Pn532, Pn532I2c, Pn532Spi
from chargerctl.simulator.peripherals.ssd1306 import Ssd1306

PASS_MS = 5
WEDGED_US = 2_000_000
PROBE_US = 10_000


class Pin:
    """A pin, its level, and what the program has done with it, in order."""

    def __init__(self) -> None:
        self.level = False
        self.held = False
        self.input_only = False
        self.pull: str | None = None
        self.history: list[tuple[str, bool]] = []
        self.listener: Any = None

    def drive(self, level: bool) -> None:
        self.level = level
        self.history.append(("drives", level))
        if self.listener is not None:
            self.listener(level)


class DigitalInOut:
    def __init__(self, pin: Pin) -> None:
        if pin.held:
            raise ValueError("pin in use")
        pin.held = True
        self._pin = pin
        self._output = False

    def deinit(self) -> None:
        self._pin.held = False

    def switch_to_output(self, value: bool = False, drive_mode: Any = None) -> None:
        if self._pin.input_only:
            raise ValueError("Invalid direction")
        self._output = True
        self._pin.drive(value)

    def switch_to_input(self, pull: str | None = None) -> None:
        self._pin.pull = pull
        self._pin.level = pull == "UP"

    @property
    def value(self) -> bool:
        return self._pin.level

    @value.setter
    def value(self, level: bool) -> None:
        if not self._output:
            raise AttributeError("Cannot set value when direction is input.")
        self._pin.drive(level)


class I2C:
    """busio.I2C of an ESP32 over chip models; `sent` counts bytes on the wire, addresses included."""

    bench: Bench

    def __init__(self, scl: Pin, sda: Pin, *, frequency: int = 100_000) -> None:
        if not self.bench.pulled_up:
            raise RuntimeError("No pull up found on SDA or SCL; check your wiring")
        self.frequency = frequency
        self.locked = False

    def try_lock(self) -> bool:
        if self.locked:
            return False
        self.locked = True
        return True

    def unlock(self) -> None:
        self.locked = False

    def probe(self, address: int) -> bool:
        assert self.locked
        self.bench.probes += 1
        if self.bench.wedged and self.bench.probe_gives_up:
            self.bench.clock.spend(PROBE_US)
            return False
        return self.bench.wedged or address in self.bench.chips

    def writeto(self, address: int, buffer: Any, *, start: int = 0, end: int = sys.maxsize) -> None:
        data = bytes(buffer)[start:end]
        if not data:
            raise OSError(errno.EIO, "Input/output error")
        self._transfer(len(data))
        self._chip(address).write(data)

    def readfrom_into(self, address: int, buffer: Any, *, start: int = 0, end: int | None = None) -> None:
        end = len(buffer) if end is None else end
        self._transfer(end - start)
        buffer[start:end] = self._chip(address).read(end - start)

    def _transfer(self, count: int) -> None:
        assert self.locked
        if self.bench.out_of_memory:
            raise MemoryError
        if self.bench.wedged:
            self.bench.stuck += 1
            self.bench.clock.spend(WEDGED_US)
            raise OSError(errno.ETIMEDOUT, "ETIMEDOUT")
        self.bench.sent += 1 + count
        self.bench.clock.spend((1 + count) * 9 * 1_000_000 // self.frequency)

    def _chip(self, address: int) -> Any:
        if address not in self.bench.chips:
            raise OSError(errno.ENODEV, "No such device")
        return self.bench.chips[address]


class BitBang(I2C):
    """bitbangio.I2C: a held SDA is an acknowledge, and zeros."""

    def __init__(self, scl: Pin, sda: Pin, *, frequency: int = 400_000, timeout: int = 255) -> None:
        super().__init__(scl, sda, frequency=frequency)
        self.timeout = timeout

    def _transfer(self, count: int) -> None:
        self.bench.sent += 1 + count

    def _chip(self, address: int) -> Any:
        if self.bench.wedged:
            return SimpleNamespace(write=lambda data: None, read=bytes)
        return super()._chip(address)


class I2CDisplayBus:
    """Blinka's, corrected: as on a board, a transfer that fails is not reported."""

    def __init__(self, i2c_bus: I2C, *, device_address: int) -> None:
        self._i2c = i2c_bus
        self._address = device_address

    def send(self, command: int, data: Any) -> None:
        if self._begin_transaction():
            self._send(0, 0, bytes((command, *data)))
            self._end_transaction()

    def reset(self) -> None:
        raise RuntimeError("no reset pin available")

    def _free(self) -> bool:
        return not self._i2c.locked

    def _begin_transaction(self) -> bool:
        return self._i2c.try_lock()

    def _send(self, kind: int, chip_select: int, data: bytes) -> None:
        with contextlib.suppress(OSError):
            prefixed = b"\x40" + data if kind else b"".join(bytes((0x80, byte)) for byte in data)
            self._i2c.writeto(self._address, prefixed)

    def _end_transaction(self) -> None:
        self._i2c.unlock()


class SPI:
    bench: Bench

    def __init__(self, clock: Pin, MOSI: Pin, MISO: Pin) -> None:  # noqa: N803 - the board's name
        self.baudrate = 0
        self.locked = False

    def try_lock(self) -> bool:
        self.locked = True
        return True

    def unlock(self) -> None:
        self.locked = False

    def configure(self, *, baudrate: int = 100_000, polarity: int = 0, phase: int = 0) -> None:
        self.baudrate = baudrate

    def write(self, data: Any, *, end: int | None = None) -> None:
        self._transfer(bytes(data)[:end])

    def readinto(self, back: Any, *, start: int = 0) -> None:
        back[start:] = self._transfer(bytes(len(back) - start))

    def write_readinto(self, out: Any, back: Any) -> None:
        back[:] = self._transfer(bytes(out))

    def _transfer(self, data: bytes) -> bytes:
        self.bench.clock.spend(len(data) * 8 * 1_000_000 // self.baudrate)
        if self.bench.spi_select.level:
            return b"\xff" * len(data)
        received: bytes = self.bench.spi_reader.transfer(data)
        return received


class Bench:
    """Chips, pins and time; `log` is what the parts logged."""

    def __init__(self) -> None:
        self.clock = Clock()
        # Shortly before the tick counter wraps, as on a board that has been up for a minute.
        self.ticks_at_0 = (1 << 29) - 3000
        self.sent = 0
        self.probes = 0
        self.wedged = False
        # Without, a probe of a held wire finds every address.
        self.probe_gives_up = True
        # How many transfers went on to their limit.
        self.stuck = 0
        self.out_of_memory = False
        self.pulled_up = True
        self.relay_closed = False
        self.max_stall_ms = 250
        self.oled = Ssd1306()
        self.panel = Ssd1306Panel(self.oled)
        self.reader: Any = Pn532(self.clock)
        self.chips: dict[int, Any] = {0x3C: self.oled, 0x24: Pn532I2c(self.reader)}
        self.spi_reader: Any = Pn532Spi(self.reader)
        self.spi_select = Pin()
        self.spi_select.listener = lambda level: self.spi_reader.select(not level)
        self.neopixel: list[bytes] = []
        self.counter = SimpleNamespace(count=0)
        self.log: list[tuple[str, str]] = []

    def say(self, tag: str, text: str) -> None:
        self.log.append((tag, text))

    @property
    def idle(self) -> bool:
        return not self.relay_closed

    def allow(self, ms: int) -> bool:
        """As the core's Stalls."""
        return not self.relay_closed or ms <= self.max_stall_ms

    def i2c(self, alone: bool = False) -> Any:
        """The firmware's bus, as on an ESP32."""
        return self.module("i2c").I2cBus(object(), object(), self, 2050, not alone, alone)

    def spi(self) -> Any:
        """The firmware's bus, with the chip select that the chips' models watch."""
        return self.module("spi").SpiBus(object(), object(), object(), self.spi_select)

    def fit(self, card_reader: str) -> None:
        """The chip of this [hardware] card_reader; a PN532 is there already, on both buses."""
        if card_reader == "rc522":
            self.reader = Mfrc522(self.clock)
            self.spi_reader = Mfrc522Spi(self.reader)

    def now(self) -> int:
        return (self.ticks_at_0 + self.clock.now_us // 1000) & ((1 << 29) - 1)

    def module(self, name: str) -> types.ModuleType:
        """A module of the firmware's hardware package."""
        return importlib.import_module("charger.hardware." + name)

    def run(self, step: Any, ms: int) -> list[Any]:
        """Passes of the loop for so long; what `step` returned beside None."""
        end = self.clock.now_us + ms * 1000
        results = []
        while self.clock.now_us < end:
            result = step(self.now())
            if result is not None:
                results.append(result)
            self.clock.spend(PASS_MS * 1000)
        return results

    def modules(self) -> dict[str, types.ModuleType]:
        choices = SimpleNamespace
        made = {
            "board": {"D1": Pin(), "D2": Pin(), "D6": Pin(), "I2C": lambda: None},
            "digitalio": {
                "DigitalInOut": DigitalInOut,
                "Pull": choices(UP="UP"),
                "Direction": choices(OUTPUT=1),
            },
            "microcontroller": {
                "Pin": Pin,
                "nvm": bytearray(b"\xff" * 256),
                "cpu": choices(reset_reason="POWER_ON"),
                "ResetReason": choices(**{name: name for name in _RESET_REASONS}),
            },
            "busio": {"I2C": I2C, "SPI": SPI},
            "bitbangio": {"I2C": BitBang},
            "supervisor": {
                "ticks_ms": self.now,
                "runtime": choices(run_reason="STARTUP", serial_bytes_available=0),
                "RunReason": choices(STARTUP="STARTUP"),
            },
            "countio": {"Counter": lambda pin, edge, pull: self.counter, "Edge": choices(FALL="FALL")},
            "neopixel_write": {"neopixel_write": lambda pin, data: self.neopixel.append(bytes(data))},
            "rtc": {},
            "terminalio": {},
            "i2cdisplaybus": {"I2CDisplayBus": I2CDisplayBus},
        }
        modules = {}
        for name, contents in made.items():
            modules[name] = types.ModuleType(name)
            modules[name].__dict__.update(contents)
        return modules


_RESET_REASONS = (
    *("POWER_ON", "BROWNOUT", "SOFTWARE", "DEEP_SLEEP_ALARM", "RESET_PIN", "WATCHDOG", "UNKNOWN"),
    "RESCUE_DEBUG",
)


def _font() -> SimpleNamespace:
    """The built-in font as on a board: every glyph a tile of one bitmap."""
    from displayio import Bitmap

    glyphs = font.glyphs()
    bitmap = Bitmap(6 * len(glyphs), 12, 2)
    tiles = {}
    for index, character in enumerate(font.CHARACTERS):
        tiles[ord(character)] = SimpleNamespace(tile_index=index)
        for y, row in enumerate(glyphs[character]):
            for x in range(6):
                bitmap[6 * index + x, y] = row >> (5 - x) & 1
    return SimpleNamespace(bitmap=bitmap, get_glyph=tiles.get)


def _as_on_a_board(bus_display: Any) -> None:
    """Blinka takes what a full refresh has just drawn for changed once more; CircuitPython does not."""
    find_areas = bus_display._get_refresh_areas

    def get_refresh_areas(display: Any) -> Any:
        if display._core.full_refresh and display._core.current_group is not None:
            display._core.current_group._get_refresh_areas([])
        return find_areas(display)

    bus_display._get_refresh_areas = get_refresh_areas


# Bound to one test's stand-ins when imported: fresh for every test.
_FRESH = ("charger.hardware", "adafruit_displayio_ssd1306")
_blinka: dict[str, types.ModuleType] = {}


def _display_modules() -> dict[str, types.ModuleType]:
    """Blinka's display core, loaded once: what it takes from the stand-ins are classes that stay the same."""
    if not _blinka:
        before = set(sys.modules)
        _as_on_a_board(importlib.import_module("busdisplay").BusDisplay)
        # Its thread refreshes each display that it finds, also one that is still being made.
        sys.modules["displayio"]._stop_background()  # type: ignore[attr-defined]
        sys.modules["terminalio"].FONT = _font()  # type: ignore[attr-defined]
        _blinka.update({name: sys.modules[name] for name in set(sys.modules) - before | {"terminalio"}})
    return _blinka


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench()
    I2C.bench = SPI.bench = made
    before = dict(sys.modules)
    for name in before:
        if name.startswith(_FRESH):
            del sys.modules[name]
    sys.modules.update(made.modules())
    sys.modules.update(_display_modules())
    yield made
    for name in set(sys.modules) - set(before):
        del sys.modules[name]
    sys.modules.update(before)
