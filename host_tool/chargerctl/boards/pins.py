# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The pins of the supported boards: names of their `board` modules with the GPIO behind each. Data only.

As in the newest CircuitPython. The names that came later than the board are in a table beside its own.
"""

from __future__ import annotations

Version = tuple[int, int, int]


def _by_name(names_of: dict[int, str]) -> dict[str, int]:
    return {name: gpio for gpio, names in names_of.items() for name in names.split()}


XIAO_C6 = _by_name(
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
XIAO_C6_LATER: dict[str, Version] = {"LED": (10, 0, 0), "LED_INVERTED": (10, 0, 0)}
XIAO_S3 = _by_name(
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
# MIC_DATA and MIC_CLK were the only names of the two pads underneath before that.
XIAO_S3_LATER: dict[str, Version] = dict.fromkeys(
    (
        *("D11", "D12", "D13", "D14", "D15", "D16", "D17", "D18", "D19", "ADC"),
        *("I2S_SD", "I2S_SCK", "I2S_WS", "MTCK", "MTDO", "MTDI", "MTMS"),
        *("RX_1", "TX_1", "SCK_1", "MISO_1", "MOSI_1"),
    ),
    (10, 1, 0),
)
FEATHER = _by_name(
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
QTPY = _by_name(
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
PICO = _by_name(
    {gpio: f"GP{gpio}" for gpio in range(23)}
    | {26: "GP26_A0 GP26 A0", 27: "GP27_A1 GP27 A1", 28: "GP28_A2 GP28 A2", 29: "VOLTAGE_MONITOR A3"}
)
