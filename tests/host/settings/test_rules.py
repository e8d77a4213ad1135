# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Pins against the board, and what is allowed but unwise."""

import re

import pytest
from charger.net import wifi
from chargerctl.boards.catalogue import BOARDS
from chargerctl.firmware_files import firmware_dir
from chargerctl.settings import SettingsError, effective_for_simulation
from chargerctl.settings.rules import PUBLIC_BROKERS, VITAL_PINS, is_local, notes, profile_of


def problems(*overrides, board="auto") -> list[str]:
    try:
        settings = effective_for_simulation(None, {}, overrides, board_id=None if board == "auto" else board)
    except SettingsError as error:
        return [str(problem).removeprefix("--set ") for problem in error.problems]
    return [str(problem).removeprefix("--set ") for problem in settings.problems]


PICO = BOARDS["raspberry_pi_pico_w"]
C6 = "seeed_xiao_esp32c6"
UNSAFE_D6 = (
    "D6 is not safe for relay or lock on Seeed XIAO ESP32-C6: "
    "GPIO16 is driven high whenever the board resets its pins"
)


@pytest.mark.parametrize("board", BOARDS)
def test_every_board_is_content_with_its_own_wiring(board):
    for reader in ("pn532_i2c", "pn532_spi", "none"):
        assert problems(f"hardware.card_reader={reader}", board=board) == []
    own = ["hardware.card_reader=pn532_spi"] + [
        f"hardware.{role}={pin}"
        for role, pin in profile_of(board).items()
        if role.endswith("_pin") and role != "led_power_pin"
    ]
    assert problems(*own, board=board) == []


@pytest.mark.parametrize(
    ("overrides", "board", "message"),
    [
        (["hardware.relay_pin=D6"], C6, f"hardware.relay_pin: {UNSAFE_D6}"),
        (["hardware.lock_pin=D6"], C6, f"hardware.lock_pin: {UNSAFE_D6}"),
        (
            ["hardware.led_pin=D33"],
            C6,
            "hardware.led_pin: Seeed XIAO ESP32-C6 has no pin D33; did you mean D3?",
        ),
        (
            ["hardware.led_pin=d7"],
            C6,
            "hardware.led_pin: Seeed XIAO ESP32-C6 has no pin d7; did you mean D7?",
        ),
        (["hardware.led_pin=GP7"], C6, "hardware.led_pin: Seeed XIAO ESP32-C6 has no pin GP7"),
        (
            ["hardware.led_pin=D1"],
            C6,
            "hardware.led_pin: D1 is already used for hardware.cable_pin (the board's default)",
        ),
        (
            ["hardware.led_pin=A1"],
            C6,
            "hardware.led_pin: A1 is already used for hardware.cable_pin (the board's default)",
        ),
        (["hardware.led_pin=SDA"], C6, "hardware.led_pin: SDA is already used for the I2C bus"),
        (
            ["hardware.led_pin=D9", "hardware.card_reader=pn532_spi"],
            C6,
            "hardware.led_pin: D9 is already used for the SPI bus",
        ),
        (
            ["hardware.meter_pin=GP14", "hardware.service_pin=none"],
            "raspberry_pi_pico_w",
            "hardware.meter_pin: GP14 cannot count pulses on Raspberry Pi Pico W: the meter needs an odd GPIO number",
        ),
        (["hardware.relay_pin=none"], C6, "hardware.relay_pin: is needed: name a pin"),
        (
            ["hardware.feedback_pin=D1"],
            C6,
            "hardware.feedback_pin: D1 is already used for hardware.cable_pin (the board's default)",
        ),
        (["hardware.feedback_pin=GP9"], C6, "hardware.feedback_pin: Seeed XIAO ESP32-C6 has no pin GP9"),
        (
            ["hardware.feedback_pin=MTDI"],
            C6,
            "hardware.feedback_pin: warning: MTDI on Seeed XIAO ESP32-C6 is better free at a start: "
            "the chip samples it while it starts, and its level is not ours then",
        ),
        (
            ["safety.feedback_ms=100"],
            C6,
            "safety.feedback_ms: warning: is not used without hardware.feedback_pin",
        ),
    ],
)
def test_a_pin_that_cannot_be_used(overrides, board, message):
    assert problems(*overrides, board=board) == [message]


def test_the_board_that_the_settings_name_counts():
    assert problems(f"hardware.board={C6}", "hardware.relay_pin=D6", board="raspberry_pi_pico_w") == [
        f"hardware.relay_pin: {UNSAFE_D6}"
    ]


@pytest.mark.parametrize(
    "overrides",
    [
        ["hardware.led_pin=D9"],  # the SPI bus is free with a reader on I2C
        ["hardware.led_pin=SDA", "hardware.card_reader=none", "hardware.display=none"],
        ["hardware.led_pin=MTDO", "hardware.meter_pulses_per_kwh=0"],
        ["hardware.led_pin=D7"],  # no chip select is needed on I2C
        ["hardware.cable_pin=D0", "hardware.led_pin=D1"],
        ["hardware.led_pin=D6"],  # an input, or a light, may be there
        ["hardware.feedback_pin=D10", "safety.feedback_ms=100"],
    ],
)
def test_a_pin_is_free_where_nothing_uses_it(overrides):
    assert problems(*overrides, board=C6) == []


def test_an_rc522_takes_the_spi_bus_and_its_chip_select_and_no_interrupt_line():
    rc522 = "hardware.card_reader=rc522"
    assert problems(rc522, board=C6) == []
    assert problems(rc522, "hardware.led_pin=D9", board=C6) == [
        "hardware.led_pin: D9 is already used for the SPI bus"
    ]
    assert problems(rc522, "hardware.led_pin=D7", board=C6) == [
        "hardware.led_pin: D7 is already used for hardware.reader_cs_pin (the board's default)"
    ]
    assert problems(rc522, "hardware.reader_irq_pin=none", board=C6) == []


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("card_reader=rc522", "reader_irq_pin", "D6"),
        ("card_reader=pn532_i2c", "reader_cs_pin", "D7"),
        ("card_reader=none", "reader_cs_pin", "D7"),
        ("display=none", "display_address", "0x3D"),
    ],
)
def test_a_setting_of_a_part_that_does_not_use_it_is_warned_about(part, key, value):
    assert problems(f"hardware.{part}", f"hardware.{key}={value}", board=C6) == [
        f"hardware.{key}: warning: is not used with {part.replace('=', ' ')}"
    ]


def test_the_vital_pins_are_those_that_the_firmware_requires():
    parts = (firmware_dir() / "charger" / "hardware" / "parts.py").read_text(encoding="utf-8")
    assert set(re.findall(r'self\._(?:vital|output)\("(\w+)"', parts)) == set(VITAL_PINS)


def test_joining_blocks_a_pico_as_long_as_the_firmware_waits_for_it():
    for max_stall_ms, noted in ((wifi._LEAVE_MS - 1, True), (wifi._LEAVE_MS, False)):
        values = effective_for_simulation(None, {}, (f"safety.max_stall_ms={max_stall_ms}",)).values
        assert (f"joining blocks for {wifi._LEAVE_MS} ms" in str(notes(values, PICO))) == noted


def test_without_knowing_the_board_a_doubt_is_a_warning_and_nonsense_a_mistake():
    assert problems("hardware.relay_pin=D6") == [f"hardware.relay_pin: warning: {UNSAFE_D6}"]
    assert problems("hardware.relay_pin=GP99") == [
        "hardware.relay_pin: no board that chargerctl knows has a pin GP99"
    ]
    assert problems("hardware.relay_pin=D5", "hardware.cable_pin=D5") == [
        "hardware.cable_pin: D5 is already used for hardware.relay_pin"
    ]


def test_without_knowing_the_board_the_wiring_of_one_is_taken_to_be_meant_for_it():
    assert problems("hardware.relay_pin=D2") == []  # as on the XIAO ESP32-C6; on its ESP32-S3 sister a strap
    assert problems("hardware.relay_pin=D2", board="seeed_xiao_esp32_s3_sense") != []


def test_a_board_that_is_not_known_is_a_warning():
    assert problems("hardware.board=seeed_xiao_esp32c5", "hardware.relay_pin=D5") == [
        "hardware.board: warning: seeed_xiao_esp32c5 is not a board that chargerctl knows: its pins are not checked; "
        "did you mean seeed_xiao_esp32c6?"
    ]


def test_a_remote_broker_in_plain_text_is_warned_about():
    plain = "is not on the local network: without mqtt.tls everything is sent in plain text, passwords too"
    assert problems("mqtt.broker=ocpp.example.com") == [f"mqtt.broker: warning: ocpp.example.com {plain}"]
    assert problems("mqtt.broker=8.8.8.8") == [f"mqtt.broker: warning: 8.8.8.8 {plain}"]
    assert problems("mqtt.broker=ocpp.example.com", "mqtt.tls=true") == []


@pytest.mark.parametrize("broker", ["Test.Mosquitto.org", "test.mosquitto.org.", "BROKER.HIVEMQ.COM."])
def test_a_public_broker_is_known_however_it_is_written(broker):
    assert "is a public broker" in problems(f"mqtt.broker={broker}")[0]


def test_a_port_that_does_not_go_with_tls_is_warned_about():
    assert problems("mqtt.tls=true", "mqtt.port=1883") == [
        "mqtt.port: warning: 1883 is the usual port without TLS, but mqtt.tls is true"
    ]
    assert problems("mqtt.port=8883") == [
        "mqtt.port: warning: 8883 is the usual port with TLS, but mqtt.tls is false"
    ]
    assert problems("mqtt.tls=true", "mqtt.port=8883") == problems("mqtt.port=1884") == []


@pytest.mark.parametrize(
    "host",
    ["300.1.1.1", "1.2.3", "1.2.3.4.5", "10", "...", ".", "-x-", "a..b", ".a", "a.-b", "a" * 64, "1.2.3.x.9"],
)
def test_what_is_no_host_is_refused(host):
    assert problems(f"ntp.server={host}") == ["ntp.server: must be a host name or an address"]


@pytest.mark.parametrize(
    "host", ["10.0.0.2", "nas", "a-b.example.com", "example.com.", "3com.example", "1.2.3.x"]
)
def test_what_is_a_host_is_taken(host):
    assert problems(f"ntp.server={host}") == []


@pytest.mark.parametrize("broker", PUBLIC_BROKERS)
def test_a_public_broker_is_warned_about_even_with_tls(broker):
    assert problems(f"mqtt.broker={broker}", "mqtt.tls=true") == [
        f"mqtt.broker: warning: {broker} is a public broker: anyone can read what this charger sends, and control it"
    ]


def test_the_examples_serial_is_warned_about():
    assert problems("charger.serial=esp32c6-charger-000000") == [
        "charger.serial: warning: esp32c6-charger-000000 is the serial of the example: "
        "chargers with the same serial disconnect each other"
    ]


def test_what_has_no_effect_is_warned_about():
    assert problems("mqtt.password=x", "mqtt.ca_file=/ca.pem") == [
        "mqtt.password: warning: is not sent without mqtt.username",
        "mqtt.ca_file: warning: is not used without mqtt.tls",
    ]


def test_waiting_for_a_cable_for_longer_than_an_authorisation_is_valid_is_warned_about():
    bounded = "is longer than safety.stale_authorization_seconds"
    assert problems("ocpp.connection_timeout=61") == [
        f"ocpp.connection_timeout: warning: ocpp.connection_timeout (61) {bounded} (60): 60 is used"
    ]
    assert problems("safety.stale_authorization_seconds=59") == [
        "safety.stale_authorization_seconds: warning: "
        f"ocpp.connection_timeout (60) {bounded} (59): 59 is used"
    ]
    assert problems("ocpp.connection_timeout=120", "safety.stale_authorization_seconds=120") == []


def test_settings_with_which_no_relay_could_close_in_time_are_warned_about():
    valid = "safety.stale_authorization_seconds"
    used = f"leaves no time to close the relay within {valid}: "
    assert problems(f"{valid}=60", "ocpp.authorize_timeout=60") == [
        f"ocpp.authorize_timeout: warning: {used}59 is used"
    ]
    assert problems(f"{valid}=10", "ocpp.connection_timeout=10") == [
        f"{valid}: warning: ocpp.authorize_timeout {used}9 is used"
    ]
    assert problems(f"{valid}=5", "ocpp.connection_timeout=5", "safety.lock_settle_ms=5000") == [
        f"safety.lock_settle_ms: warning: lets no charge begin: {valid} must be longer"
    ]


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("broker", True),
        ("raspberrypi.local", True),
        ("nas.fritz.home.arpa", True),
        ("10.1.2.3", True),
        ("192.168.178.2", True),
        ("169.254.1.1", True),
        ("127.0.0.1", True),
        ("NAS.Local.", True),
        ("nas.", True),
        ("172.32.0.1", False),
        ("broker.example.com", False),
    ],
)
def test_what_is_local(host, local):
    assert is_local(host) is local


def test_where_the_journal_is_kept_has_to_make_sense():
    assert problems("storage.kind=fram", "storage.fram_address=0x51") == []
    assert problems("storage.fram_address=0x51") == [
        "storage.fram_address: warning: is not used with storage.kind auto"
    ]
    without = (
        "with file the laptop cannot write the drive, and without hardware.service_pin nothing gives it back"
    )
    pico = "raspberry_pi_pico_w"
    assert problems("storage.kind=file", "hardware.service_pin=none", board=pico) == [
        f"storage.kind: warning: {without}"
    ]
    assert problems("storage.kind=file", "hardware.service_pin=none", board=C6) == []
    assert problems("storage.kind=file", board=pico) == []
    on_the_bus = problems(
        "storage.kind=fram",
        "hardware.led_pin=SDA",
        "hardware.display=none",
        "hardware.card_reader=none",
        board=C6,
    )
    assert on_the_bus == ["hardware.led_pin: SDA is already used for the I2C bus"]
