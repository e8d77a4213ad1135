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

# The parts, and for each board their pins in the same order. Texts, not dicts: the names of all the other boards would stay
# in the table of names.
_PARTS = (
    "relay_pin lock_pin cable_pin estop_pin service_pin meter_pin led_pin led_power_pin "
    "sda scl sck mosi miso reader_cs_pin reader_irq_pin"
)

# The Rust charger's wiring. The header is full: meter and service button are on the pads underneath (7, 6).
_XIAO_C6 = "D2 D3 D1 none MTCK MTDO D0 none SDA SCL SCK MOSI MISO D7 none"

# Without the camera board, whose microphone shares the two pads underneath: MTDI (GPIO41) and MTMS (GPIO42), names that
# CircuitPython has from 10.1 on only. D2 is a strap.
_XIAO_S3 = "D0 D3 D1 none MIC_DATA MIC_CLK D7 none SDA SCL SCK MOSI MISO D6 none"

_FEATHER = "D5 D6 D9 none D12 D11 NEOPIXEL NEOPIXEL_POWER SDA SCL SCK MOSI MISO D10 none"

# Display and reader on the STEMMA QT socket. GPIO18 (A0) has a high glitch at power-up: not for the relay.
_QTPY = "A3 A2 A1 none TX RX NEOPIXEL NEOPIXEL_POWER SDA1 SCL1 SCK MOSI MISO A0 none"

# countio counts only on the B channel of a PWM slice: the meter needs an odd GPIO.
_PICO = "GP2 GP3 GP6 none GP14 GP15 GP8 none GP4 GP5 GP18 GP19 GP16 GP17 none"

_PROFILES = {
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

# A reason and the pins: one long text, since a short one would be in the table of names, too.
_UNSAFE_XIAO_C6 = (_TX_C6 + ":D6 TX", _STRAP + ":A4 MTMS LP_UART_RXD A5 MTDI LP_UART_TXD LED LED_INVERTED")
_UNSAFE_XIAO_S3 = (_STRAP + ":D2 A2", _TX_S3 + ":D6 TX")
_UNSAFE_ADAFRUIT = (_STRAP + ":BUTTON BOOT0 D0", _CONSOLE_LED + ":D13 LED L")
_UNSAFE_OUTPUTS = {
    "seeed_xiao_esp32c6": _UNSAFE_XIAO_C6,
    "seeed_xiao_esp32_s3_sense": _UNSAFE_XIAO_S3,
    "adafruit_feather_esp32s3_4mbflash_2mbpsram": _UNSAFE_ADAFRUIT,
    "adafruit_feather_esp32s3_nopsram": _UNSAFE_ADAFRUIT,
    "adafruit_feather_esp32s2": _UNSAFE_ADAFRUIT,
    "adafruit_qtpy_esp32s3_4mbflash_2mbpsram": _UNSAFE_ADAFRUIT,
    "adafruit_qtpy_esp32s3_nopsram": _UNSAFE_ADAFRUIT,
    "adafruit_qtpy_esp32s2": _UNSAFE_ADAFRUIT,
}

BOARDS = tuple(_PROFILES)


def profile(board_id):
    """{part: pin name} of a board, empty where it is not known."""
    pins = _PROFILES.get(board_id)
    return {} if pins is None else dict(zip(_PARTS.split(), pins.split()))


def unsafe_outputs(board_id):
    """{pin name: why it must drive neither relay nor lock} of a board."""
    found = {}
    for text in _UNSAFE_OUTPUTS.get(board_id, ()):
        why, _, names = text.partition(":")
        for name in names.split():
            found[name] = why
    return found
