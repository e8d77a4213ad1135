# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every way to break a settings file is explained, on the laptop and on the board, in exactly these words."""

import pytest
from charger.settings import TABLE

from tests.host.settings.broken_files import BROKEN


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_the_messages_of_the_laptop(broken, chargerctl, write):
    write(broken.data)
    status, out, _ = chargerctl("config", "check")
    assert out.splitlines() == broken.host
    assert status == (2 if any(": warning: " not in line for line in broken.host) else 0)


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_the_messages_of_the_board(broken, board_reads):
    values, lines = board_reads(broken.data)
    assert lines == broken.board
    assert set(values) == {row[0] for row in TABLE} | {
        "hardware.reader_pins",
        "mqtt.topic_out",
        "mqtt.topic_in",
    }


def test_there_are_enough_of_them():
    assert sum(1 for broken in BROKEN if broken.host and broken.board) >= 40
    assert len({broken.name for broken in BROKEN}) == len(BROKEN)


def test_ten_mistakes_in_one_file_are_ten_reports_in_their_places(chargerctl, write):
    write(
        "[wifi]\n"
        'ssid = ""\n'  # 1: empty
        "password = hunter22\n"  # 2: no quotes
        "\n"
        "[mqqt]\n"  # 3: no such section
        'broker = "mqtt://x"\n'  # 4: a URL
        "  port = 99999   # too many\n"  # 5: out of range
        "tls = 1\n"  # 6: no bool
        "[charger]\n"
        "serial = 17\n"  # 7: no text
        'nmae = "garage"\n'  # 8: no such key
        "[hardware]\n"
        'relay_pin = "D2\n'  # 9: no closing quote
        'card_reader="pn533"\n'  # 10: no such choice
    )
    status, out, _ = chargerctl("config", "check")
    assert status == 2
    assert out.splitlines() == [
        "settings.toml:2:8: wifi.ssid: must not be empty",
        "settings.toml:3:12: wifi.password: text goes in double quotes; only numbers, true and false go without",
        "settings.toml:5:1: [mqqt]: did you mean [mqtt]?",
        "settings.toml:6:10: mqqt.broker: must be a bare host name: no scheme, no port, no path",
        "settings.toml:7:10: mqqt.port: must be 1 to 65535, not 99999",
        "settings.toml:8:7: mqqt.tls: must be true or false, not 1",
        "settings.toml:10:10: charger.serial: must be in double quotes",
        "settings.toml:11:1: charger.nmae: did you mean charger.name?",
        "settings.toml:13:13: hardware.relay_pin: the closing quote is missing",
        "settings.toml:14:13: hardware.card_reader: must be pn532_i2c, pn532_spi, rc522 or none, not pn533",
    ]


def test_mistakes_of_all_sources_come_in_one_run(chargerctl, write, monkeypatch, good_toml):
    write(good_toml + "[ntp]\nserver = 1\n")
    monkeypatch.setenv("CHARGER_MQTT_BROCKER", "x")
    monkeypatch.setenv("CHARGER_MQTT_PORT", "0")
    status, out, _ = chargerctl(
        "config", "check", "--set", "mqtt.tls=1", "--set", "mqtt.prot=1", "--set", "tls"
    )
    assert status == 2
    assert out.splitlines() == [
        "settings.toml:8:10: ntp.server: must be in double quotes",
        "$CHARGER_MQTT_BROCKER: did you mean CHARGER_MQTT_BROKER?",
        "$CHARGER_MQTT_PORT: must be 1 to 65535, not 0",
        "--set mqtt.tls: must be true or false, not 1",
        "--set mqtt.prot: did you mean mqtt.port?",
        "--set: must be SECTION.KEY=VALUE",
    ]


def test_json_has_every_place(chargerctl_json, write, good_toml):
    write(good_toml + "port = 0\n")
    status, found = chargerctl_json("config", "check")
    assert (status, found["ok"]) == (2, False)
    assert found["problems"] == [
        {
            "where": "settings.toml:7:1",
            "message": "charger.port: did you mean mqtt.port?",
            "file": "settings.toml",
            "line": 7,
            "column": 1,
            "severity": "error",
        }
    ]
