# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The supported boards: chip, memory, pins, and the first CircuitPython for each. Data only.

The default wiring of a charger is in the firmware: charger/hardware/profiles.py. A test compares the pins with
circuitpython-stubs. `since` and the pins that came later are those of the releases'
own `ports/*/boards/*/pins.c`, 9.0.0 to 10.3.0-alpha.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chargerctl.boards import pins
from chargerctl.boards.pins import Version

OLDEST: Version = (9, 2, 0)  # of CircuitPython that the firmware runs on
NEWEST_MAJOR = 10
# Assumed where no board is connected; the virtual board has it.
ASSUMED: Version = (10, 1, 3)
DEFAULT_BOARD = "seeed_xiao_esp32c6"

_PSRAM_IS_PLENTY_KB = 1024


def version_text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


@dataclass(frozen=True)
class Board:
    """One board. Sizes in KB; `pins` has every name of the `board` module that is a pin of the chip.

    since: the first CircuitPython that was built for it, from 9.0.0 on. later: names of `pins` that a later version
    added. free_heap: bytes free when code.py starts, before Wi-Fi takes its share, as published for
    CircuitPython 9.0.0; None: not published. usb: VID and PID of its CircuitPython; None where USB is the chip's own.
    """

    board_id: str
    title: str
    chip: str  # esp32c6, esp32s3, esp32s2, rp2040 or rp2350
    psram_kb: int
    filesystem_kb: int
    pins: dict[str, int] = field(repr=False)
    since: Version = (9, 0, 0)
    later: Mapping[str, Version] = field(default_factory=dict, repr=False)
    free_heap: int | None = None
    usb: tuple[int, int] | None = None

    @property
    def is_rp2(self) -> bool:
        return self.chip.startswith("rp2")

    @property
    def model(self) -> str:
        """Its chip as the maker writes it, such as ESP32-C6: the default of charger.model."""
        upper = self.chip.upper()
        return upper if self.is_rp2 else f"{upper[:5]}-{upper[5:]}"

    @property
    def has_drive(self) -> bool:
        """Whether a CIRCUITPY drive appears on USB: not with an ESP32-C6, which cannot be a USB device."""
        return self.chip != "esp32c6"

    @property
    def cluster(self) -> int:
        """Bytes of a cluster of its drive, which CircuitPython chooses by size when it formats (f_mkfs of oofatfs)."""
        return 512 if self.filesystem_kb < 2048 else 1024

    @property
    def bluetooth_open(self) -> bool:
        """Whether CircuitPython offers files and REPL over Bluetooth by default: where it has no USB for that."""
        return not self.has_drive

    @property
    def memory_is_plenty(self) -> bool:
        """Whether the heap is in PSRAM: then every charger fits."""
        return self.psram_kb >= _PSRAM_IS_PLENTY_KB

    @property
    def pull_at_reset(self) -> bool:
        """Whether every pin is pulled up when a program ends: on ESP32; RP2 leaves them floating."""
        return not self.is_rp2

    @property
    def nvm_bytes(self) -> int:
        return 4096 if self.is_rp2 else 8192

    def aliases(self, pin: str) -> list[str]:
        """Every name of the pin called `pin`, that one included."""
        return [name for name, gpio in self.pins.items() if gpio == self.pins[pin]]

    def pins_in(self, version: tuple[int, ...]) -> dict[str, int]:
        """The pins of its `board` module in this CircuitPython."""
        return {name: gpio for name, gpio in self.pins.items() if self.later.get(name, ()) <= version}


_NO_PSRAM_S3 = 162_912  # https://github.com/adafruit/circuitpython/issues/9120
_PICO_W = 126_112  # https://github.com/adafruit/circuitpython/issues/9085

_ALL = (
    Board(
        "seeed_xiao_esp32c6",
        "Seeed XIAO ESP32-C6",
        "esp32c6",
        0,
        1984,
        pins.XIAO_C6,
        (9, 1, 0),
        pins.XIAO_C6_LATER,
    ),
    Board(
        "seeed_xiao_esp32_s3_sense",
        "Seeed XIAO ESP32-S3 Sense",
        "esp32s3",
        8192,
        3776,
        pins.XIAO_S3,
        (9, 2, 0),
        pins.XIAO_S3_LATER,
        usb=(0x2886, 0x8056),
    ),
    Board(
        "adafruit_feather_esp32s3_4mbflash_2mbpsram",
        "Adafruit Feather ESP32-S3, 4 MB flash, 2 MB PSRAM",
        "esp32s3",
        2048,
        960,
        pins.FEATHER,
        usb=(0x239A, 0x811C),
    ),
    Board(
        "adafruit_feather_esp32s3_nopsram",
        "Adafruit Feather ESP32-S3, no PSRAM",
        "esp32s3",
        0,
        3776,
        pins.FEATHER,
        free_heap=_NO_PSRAM_S3,
        usb=(0x239A, 0x8114),
    ),
    Board(
        "adafruit_feather_esp32s2",
        "Adafruit Feather ESP32-S2",
        "esp32s2",
        2048,
        960,
        pins.FEATHER,
        usb=(0x239A, 0x80EC),
    ),
    Board(
        "adafruit_qtpy_esp32s3_4mbflash_2mbpsram",
        "Adafruit QT Py ESP32-S3, 4 MB flash, 2 MB PSRAM",
        "esp32s3",
        2048,
        960,
        pins.QTPY,
        usb=(0x239A, 0x8144),
    ),
    Board(
        "adafruit_qtpy_esp32s3_nopsram",
        "Adafruit QT Py ESP32-S3, no PSRAM",
        "esp32s3",
        0,
        3776,
        pins.QTPY,
        free_heap=_NO_PSRAM_S3,
        usb=(0x239A, 0x811A),
    ),
    Board(
        "adafruit_qtpy_esp32s2",
        "Adafruit QT Py ESP32-S2",
        "esp32s2",
        2048,
        960,
        {**pins.QTPY, "BOOT0": 0},
        usb=(0x239A, 0x8112),
    ),
    Board(
        "raspberry_pi_pico_w",
        "Raspberry Pi Pico W",
        "rp2040",
        0,
        508,
        pins.PICO,
        free_heap=_PICO_W,
        usb=(0x239A, 0x8120),
    ),
    Board(
        "raspberry_pi_pico2_w",
        "Raspberry Pi Pico 2 W",
        "rp2350",
        0,
        2556,
        pins.PICO,
        (9, 2, 1),
        usb=(0x239A, 0x8162),
    ),
)

BOARDS: dict[str, Board] = {board.board_id: board for board in _ALL}
