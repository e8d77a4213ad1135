# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What each supported board is: its pins as its `board` module names them, its chip, its memory. Data only.

How a charger is wired to a board by default is the firmware's to say: charger/hardware/profiles.py.
The pins are held against circuitpython-stubs by a test.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Board:
    """One board. Sizes in KB; `pins` has every name of the `board` module that is a pin of the chip."""

    board_id: str
    title: str
    chip: str  # esp32c6, esp32s3, esp32s2, rp2040 or rp2350
    flash_kb: int
    psram_kb: int
    filesystem_kb: int
    pins: dict[str, int] = field(repr=False)

    @property
    def is_rp2(self) -> bool:
        return self.chip.startswith("rp2")

    @property
    def model(self) -> str:
        """Its chip as the maker writes it, such as ESP32-C6: what a charger's model is called by default."""
        upper = self.chip.upper()
        return upper if self.is_rp2 else f"{upper[:5]}-{upper[5:]}"

    @property
    def has_drive(self) -> bool:
        """Whether a CIRCUITPY drive appears on USB: not on the ESP32-C6, which is no USB device."""
        return self.chip != "esp32c6"

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


def _pins(names_of: dict[int, str]) -> dict[str, int]:
    return {name: gpio for gpio, names in names_of.items() for name in names.split()}


_XIAO_C6 = _pins(
    {
        0: "D0 A0",
        1: "D1 A1",
        2: "D2 A2",
        4: "A4 MTMS LP_UART_RXD",
        5: "A5 MTDI LP_UART_TXD",
        6: "A6 MTCK LP_I2C_SDA",
        7: "MTDO LP_I2C_SCL",
        15: "LED LED_INVERTED",
        16: "D6 TX",
        17: "D7 RX",
        18: "D10 MOSI",
        19: "D8 SCK",
        20: "D9 MISO",
        21: "D3",
        22: "D4 SDA",
        23: "D5 SCL",
    }
)
_XIAO_S3 = _pins(
    {
        1: "D0 A0",
        2: "D1 A1",
        3: "D2 A2",
        4: "D3 A3",
        5: "D4 A4 SDA",
        6: "D5 A5 SCL",
        7: "D8 SCK",
        8: "D9 MISO",
        9: "D10 MOSI",
        10: "D16 ADC CAM_XCLK",
        11: "D19 MOSI_1 CAM_D6",
        12: "D18 MISO_1 CAM_D5",
        13: "D17 SCK_1 CAM_PCLK",
        14: "CAM_D4",
        15: "CAM_D0",
        16: "CAM_D3",
        17: "CAM_D1",
        18: "CAM_D2",
        21: "LED SDCS",
        38: "D11 I2S_SD CAM_VSYNC",
        39: "D12 I2S_SCK MTCK CAM_SCL",
        40: "D13 I2S_WS MTDO CAM_SDA",
        41: "D14 MTDI MIC_DATA RX_1",
        42: "D15 MTMS MIC_CLK TX_1",
        43: "D6 TX",
        44: "D7 RX",
        47: "CAM_HREF",
        48: "CAM_D7",
    }
)
_FEATHER = _pins(
    {
        0: "BUTTON BOOT0 D0",
        3: "SDA D3",
        4: "SCL D4",
        5: "D5",
        6: "D6",
        7: "I2C_POWER D7",
        8: "A5 D8",
        9: "D9",
        10: "D10",
        11: "D11",
        12: "D12",
        13: "LED D13 L",
        14: "A4 D14",
        15: "A3 D15",
        16: "A2 D16",
        17: "A1 D17",
        18: "A0 D18",
        21: "NEOPIXEL_POWER",
        33: "NEOPIXEL",
        35: "MOSI D35",
        36: "SCK D36",
        37: "MISO D37",
        38: "RX D38",
        39: "TX D39",
    }
)
_QTPY = _pins(
    {
        0: "BUTTON D0",
        5: "TX A6 D5",
        6: "SCL A5 D6",
        7: "SDA A4 D7",
        8: "A3 D8",
        9: "A2 D9",
        16: "RX A7 D16",
        17: "A1 D17",
        18: "A0 D18",
        35: "MOSI D35",
        36: "SCK D36",
        37: "MISO D37",
        38: "NEOPIXEL_POWER",
        39: "NEOPIXEL",
        40: "SCL1 D40",
        41: "SDA1 D41",
    }
)
_PICO = _pins(
    {
        0: "GP0",
        1: "GP1",
        2: "GP2",
        3: "GP3",
        4: "GP4",
        5: "GP5",
        6: "GP6",
        7: "GP7",
        8: "GP8",
        9: "GP9",
        10: "GP10",
        11: "GP11",
        12: "GP12",
        13: "GP13",
        14: "GP14",
        15: "GP15",
        16: "GP16",
        17: "GP17",
        18: "GP18",
        19: "GP19",
        20: "GP20",
        21: "GP21",
        22: "GP22",
        26: "GP26_A0 GP26 A0",
        27: "GP27_A1 GP27 A1",
        28: "GP28_A2 GP28 A2",
        29: "VOLTAGE_MONITOR A3",
    }
)

_ALL = (
    Board("seeed_xiao_esp32c6", "Seeed XIAO ESP32-C6", "esp32c6", 4096, 0, 1984, _XIAO_C6),
    Board("seeed_xiao_esp32_s3_sense", "Seeed XIAO ESP32-S3 Sense", "esp32s3", 8192, 8192, 3776, _XIAO_S3),
    Board(
        "adafruit_feather_esp32s3_4mbflash_2mbpsram",
        "Adafruit Feather ESP32-S3, 4 MB flash, 2 MB PSRAM",
        "esp32s3",
        4096,
        2048,
        960,
        _FEATHER,
    ),
    Board(
        "adafruit_feather_esp32s3_nopsram",
        "Adafruit Feather ESP32-S3, no PSRAM",
        "esp32s3",
        8192,
        0,
        3776,
        _FEATHER,
    ),
    Board("adafruit_feather_esp32s2", "Adafruit Feather ESP32-S2", "esp32s2", 4096, 2048, 960, _FEATHER),
    Board(
        "adafruit_qtpy_esp32s3_4mbflash_2mbpsram",
        "Adafruit QT Py ESP32-S3, 4 MB flash, 2 MB PSRAM",
        "esp32s3",
        4096,
        2048,
        960,
        _QTPY,
    ),
    Board(
        "adafruit_qtpy_esp32s3_nopsram", "Adafruit QT Py ESP32-S3, no PSRAM", "esp32s3", 8192, 0, 3776, _QTPY
    ),
    Board(
        "adafruit_qtpy_esp32s2", "Adafruit QT Py ESP32-S2", "esp32s2", 4096, 2048, 960, {**_QTPY, "BOOT0": 0}
    ),
    Board("raspberry_pi_pico_w", "Raspberry Pi Pico W", "rp2040", 2048, 0, 508, _PICO),
    Board("raspberry_pi_pico2_w", "Raspberry Pi Pico 2 W", "rp2350", 4096, 0, 2556, _PICO),
)

BOARDS: dict[str, Board] = {board.board_id: board for board in _ALL}
