# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How a charger is wired on each board, unless the settings say otherwise. Pure data, shared with the laptop.

A name is one of the board's `board` module; "none" is a part that is not there. Within a profile no pin
serves two parts, whichever reader is chosen, so that changing one setting never needs another. Avoided for
relay and lock: pins that the chip samples (straps), prints on, or lifts while it starts. Relay and lock need
an external pull-down all the same: between two programs an ESP32 turns a pull-up on.

There is no emergency stop by default: its contact is normally closed, so a charger without one would never
start.
"""

# The Rust charger's wiring. The header is full: meter and service button are on the pads underneath (7, 6).
_XIAO_C6 = {
    "relay_pin": "D2",
    "lock_pin": "D3",
    "cable_pin": "D1",
    "estop_pin": "none",
    "service_pin": "MTCK",
    "meter_pin": "MTDO",
    "led_pin": "D0",
    "led_power_pin": "none",
    "sda": "SDA",
    "scl": "SCL",
    "sck": "SCK",
    "mosi": "MOSI",
    "miso": "MISO",
    "reader_cs_pin": "D7",
    "reader_irq_pin": "none",
}

# Without the camera board, whose microphone shares the two pads underneath: MTDI (GPIO41) and MTMS (GPIO42), names that
# CircuitPython has from 10.1 on only. D2 is a strap.
_XIAO_S3 = {
    "relay_pin": "D0",
    "lock_pin": "D3",
    "cable_pin": "D1",
    "estop_pin": "none",
    "service_pin": "MIC_DATA",
    "meter_pin": "MIC_CLK",
    "led_pin": "D7",
    "led_power_pin": "none",
    "sda": "SDA",
    "scl": "SCL",
    "sck": "SCK",
    "mosi": "MOSI",
    "miso": "MISO",
    "reader_cs_pin": "D6",
    "reader_irq_pin": "none",
}

_FEATHER = {
    "relay_pin": "D5",
    "lock_pin": "D6",
    "cable_pin": "D9",
    "estop_pin": "none",
    "service_pin": "D12",
    "meter_pin": "D11",
    "led_pin": "NEOPIXEL",
    "led_power_pin": "NEOPIXEL_POWER",
    "sda": "SDA",
    "scl": "SCL",
    "sck": "SCK",
    "mosi": "MOSI",
    "miso": "MISO",
    "reader_cs_pin": "D10",
    "reader_irq_pin": "none",
}

# Display and reader on the STEMMA QT socket. GPIO18 (A0) has a high glitch at power-up: not for the relay.
_QTPY = {
    "relay_pin": "A3",
    "lock_pin": "A2",
    "cable_pin": "A1",
    "estop_pin": "none",
    "service_pin": "TX",
    "meter_pin": "RX",
    "led_pin": "NEOPIXEL",
    "led_power_pin": "NEOPIXEL_POWER",
    "sda": "SDA1",
    "scl": "SCL1",
    "sck": "SCK",
    "mosi": "MOSI",
    "miso": "MISO",
    "reader_cs_pin": "A0",
    "reader_irq_pin": "none",
}

# countio counts only on the B channel of a PWM slice: the meter needs an odd GPIO.
_PICO = {
    "relay_pin": "GP2",
    "lock_pin": "GP3",
    "cable_pin": "GP6",
    "estop_pin": "none",
    "service_pin": "GP14",
    "meter_pin": "GP15",
    "led_pin": "GP8",
    "led_power_pin": "none",
    "sda": "GP4",
    "scl": "GP5",
    "sck": "GP18",
    "mosi": "GP19",
    "miso": "GP16",
    "reader_cs_pin": "GP17",
    "reader_irq_pin": "none",
}

PROFILES = {
    "seeed_xiao_esp32c6": _XIAO_C6,
    "seeed_xiao_esp32_s3_sense": _XIAO_S3,
    "adafruit_feather_esp32s3_4mbflash_2mbpsram": _FEATHER,
    "adafruit_feather_esp32s3_nopsram": _FEATHER,
    "adafruit_feather_esp32s2": _FEATHER,
    "adafruit_qtpy_esp32s3_4mbflash_2mbpsram": _QTPY,
    "adafruit_qtpy_esp32s3_nopsram": _QTPY,
    "adafruit_qtpy_esp32s2": _QTPY,
    "raspberry_pi_pico_w": _PICO,
    "raspberry_pi_pico2_w": _PICO,
}

_TX_C6 = "GPIO16 is driven high whenever the board resets its pins"
_TX_S3 = "the chip prints its start-up log on GPIO43"
_STRAP = "the chip samples it while it starts, and its level is not ours then"
_CONSOLE_LED = "the board's own LED hangs on it"

_UNSAFE_XIAO_C6 = {
    "D6": _TX_C6,
    "TX": _TX_C6,
    "A4": _STRAP,
    "MTMS": _STRAP,
    "LP_UART_RXD": _STRAP,
    "A5": _STRAP,
    "MTDI": _STRAP,
    "LP_UART_TXD": _STRAP,
    "LED": _STRAP,
    "LED_INVERTED": _STRAP,
}
_UNSAFE_XIAO_S3 = {"D2": _STRAP, "A2": _STRAP, "D6": _TX_S3, "TX": _TX_S3}
_UNSAFE_ADAFRUIT = {
    "BUTTON": _STRAP,
    "BOOT0": _STRAP,
    "D0": _STRAP,
    "D13": _CONSOLE_LED,
    "LED": _CONSOLE_LED,
    "L": _CONSOLE_LED,
}

# Pins that must drive neither relay nor lock, and why: {board_id: {pin name: reason}}. Others have none.
UNSAFE_OUTPUTS = {
    "seeed_xiao_esp32c6": _UNSAFE_XIAO_C6,
    "seeed_xiao_esp32_s3_sense": _UNSAFE_XIAO_S3,
    "adafruit_feather_esp32s3_4mbflash_2mbpsram": _UNSAFE_ADAFRUIT,
    "adafruit_feather_esp32s3_nopsram": _UNSAFE_ADAFRUIT,
    "adafruit_feather_esp32s2": _UNSAFE_ADAFRUIT,
    "adafruit_qtpy_esp32s3_4mbflash_2mbpsram": _UNSAFE_ADAFRUIT,
    "adafruit_qtpy_esp32s3_nopsram": _UNSAFE_ADAFRUIT,
    "adafruit_qtpy_esp32s2": _UNSAFE_ADAFRUIT,
}
