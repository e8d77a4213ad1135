# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's check of every value: safe defaults where there are any, else no charging."""

import pytest
from charger.checks import check
from charger.settings import TABLE, load
from hypothesis import given
from hypothesis import strategies as st


def load_with(good, **changes):
    return load(check, (good | changes).get, names=list(good | changes))


def test_the_least_is_enough(good):
    values, problems = load(check, good.get)
    assert problems == []
    assert values["mqtt.broker"] == "192.168.1.10"
    assert set(values) == {row[0] for row in TABLE} | {
        "hardware.reader_pins",
        "mqtt.topic_out",
        "mqtt.topic_in",
    }


def test_nothing_set_is_three_reasons_not_to_charge():
    _, problems = load(check, {}.get)
    assert problems == [
        ("CHARGER_WIFI_SSID", "is not set", True),
        ("CHARGER_SERIAL", "is not set", True),
        ("CHARGER_MQTT_BROKER", "is not set", True),
    ]


def test_defaults_that_depend(good):
    values, _ = load_with(good)
    assert (values["mqtt.port"], values["mqtt.client_id"]) == (1883, good["CHARGER_SERIAL"])
    values, _ = load_with(good, CHARGER_MQTT_TLS="true", CHARGER_MQTT_CLIENT_ID="me")
    assert (values["mqtt.port"], values["mqtt.client_id"]) == (8883, "me")
    values, _ = load_with(good, CHARGER_MQTT_TLS="true", CHARGER_MQTT_PORT="1884")
    assert values["mqtt.port"] == 1884


@pytest.mark.parametrize(
    ("lock_ms", "valid_s", "used_s"),
    [
        ("200", "60", 10),
        ("200", "11", 10),
        ("200", "10", 9),
        ("500", "10", 9),
        ("501", "10", 8),
        ("3500", "5", 1),
    ],
)
def test_the_wait_for_an_answer_leaves_time_to_close_the_relay_with_a_line(good, lock_ms, valid_s, used_s):
    values, problems = load_with(
        good,
        CHARGER_OCPP_CONNECTION_TIMEOUT="5",
        CHARGER_SAFETY_STALE_AUTHORIZATION_SECONDS=valid_s,
        CHARGER_SAFETY_LOCK_SETTLE_MS=lock_ms,
    )
    assert values["ocpp.authorize_timeout"] == used_s
    line = f"leaves no time to close the relay within safety.stale_authorization_seconds: {used_s} is used"
    assert problems == ([] if used_s == 10 else [("CHARGER_OCPP_AUTHORIZE_TIMEOUT", line, False)])


def test_a_lock_that_takes_longer_than_an_authorisation_is_valid_is_named_and_keeps_its_time(good):
    values, problems = load_with(
        good,
        CHARGER_OCPP_CONNECTION_TIMEOUT="5",
        CHARGER_SAFETY_STALE_AUTHORIZATION_SECONDS="5",
        CHARGER_SAFETY_LOCK_SETTLE_MS="5000",
    )
    assert values["safety.lock_settle_ms"] == 5000
    line = "lets no charge begin: safety.stale_authorization_seconds must be longer"
    assert problems == [("CHARGER_SAFETY_LOCK_SETTLE_MS", line, False)]


@pytest.mark.parametrize(
    ("given_s", "valid_s", "used_s"), [("61", "60", 60), (None, "5", 5), ("3600", "600", 600), ("5", "5", 5)]
)
def test_the_connection_timeout_is_bounded_by_the_validity_of_an_authorisation_with_a_line(
    good, given_s, valid_s, used_s
):
    changes = {"CHARGER_OCPP_CONNECTION_TIMEOUT": given_s} if given_s else {}
    values, problems = load_with(good, CHARGER_SAFETY_STALE_AUTHORIZATION_SECONDS=valid_s, **changes)
    assert values["ocpp.connection_timeout"] == used_s
    line = f"is longer than safety.stale_authorization_seconds: {used_s} is used"
    expected = [] if given_s == valid_s else [("CHARGER_OCPP_CONNECTION_TIMEOUT", line, False)]
    assert [each for each in problems if each[0] == "CHARGER_OCPP_CONNECTION_TIMEOUT"] == expected


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("CHARGER_DISPLAY_TIMEZONE_OFFSET_HOURS", "5.75", "display.timezone_offset_hours", 575),
        ("CHARGER_DISPLAY_TIMEZONE_OFFSET_HOURS", "-12", "display.timezone_offset_hours", -1200),
        ("CHARGER_DISPLAY_TIMEZONE_OFFSET_HOURS", "5.500", "display.timezone_offset_hours", 550),
        ("CHARGER_HARDWARE_DISPLAY_ADDRESS", "0x3d", "hardware.display_address", 61),
        ("CHARGER_HARDWARE_DISPLAY_ADDRESS", "60", "hardware.display_address", 60),
        ("CHARGER_HARDWARE_RELAY_PIN", "D2", "hardware.relay_pin", "D2"),
        ("CHARGER_HARDWARE_LOCK_PIN", "none", "hardware.lock_pin", "none"),
        ("CHARGER_WIFI_PASSWORD", "", "wifi.password", ""),
        ("CHARGER_CHARGER_NAME", "long form", "charger.name", "long form"),
        ("CHARGER_MQTT_PORT", 1884, "mqtt.port", 1884),  # older boards give a bare int as int
    ],
)
def test_good_values(good, variable, text, name, value):
    values, problems = load_with(good, **{variable: text})
    assert problems == []
    assert values[name] == value


@pytest.mark.parametrize(
    ("variable", "text", "reason"),
    [
        ("CHARGER_MQTT_PORT", "99999", "must be 1 to 65535, not 99999"),
        ("CHARGER_MQTT_PORT", "1 883", "must be a whole number, not 1 883"),
        ("CHARGER_MQTT_PORT", "", "must be a whole number, not empty"),
        ("CHARGER_MQTT_PORT", "9" * 30, "must be 1 to 65535, not 999999999999999999999999..."),
        ("CHARGER_MQTT_PORT", "١٨٨٣", "must be a whole number, not ١٨٨٣"),
        ("CHARGER_DISPLAY_TIMEZONE_OFFSET_HOURS", "5.3", "must be in steps of 0.25, not 5.3"),
        ("CHARGER_DISPLAY_TIMEZONE_OFFSET_HOURS", "14.25", "must be -12 to 14, not 14.25"),
        ("CHARGER_DISPLAY_TIMEZONE_OFFSET_HOURS", "5.", "must be a number, not 5."),
        ("CHARGER_DISPLAY_TIMEZONE_OFFSET_HOURS", "1e1", "must be a number, not 1e1"),
        ("CHARGER_HARDWARE_DISPLAY_ADDRESS", "0x40", "must be 0x3C or 0x3D, not 0x40"),
        ("CHARGER_HARDWARE_CARD_READER", "pn533", "must be pn532_i2c, pn532_spi, rc522 or none, not pn533"),
        ("CHARGER_STORAGE_KIND", "sd", "must be auto, nvm, file or fram, not sd"),
        ("CHARGER_NAME", "x" * 51, "must be 1 to 50 characters, has 51"),
        ("CHARGER_NAME", "", "must not be empty"),
        ("CHARGER_NAME", "a\tb", "has a control character"),
        ("CHARGER_NTP_SERVER", "ntp://x", "must be a bare host name: no scheme, no port, no path"),
        ("CHARGER_NTP_SERVER", "a b", "must be a bare host name: no blanks"),
        ("CHARGER_VENDOR", "Müller", "may have printable ASCII characters only: OCPP allows no others"),
        ("CHARGER_MODEL", "x" * 21, "must be 1 to 20 characters, has 21"),
        ("CHARGER_OCPP_OFFLINE_AUTHORIZATION", "yes", "must be true or false, not yes"),
    ],
)
def test_a_bad_value_with_a_safe_default_is_reported_and_the_default_is_used(good, variable, text, reason):
    values, problems = load_with(good, **{variable: text})
    assert problems == [(variable, reason, False)]
    assert values == load(check, good.get)[0]


@pytest.mark.parametrize(
    ("variable", "text", "reason"),
    [
        ("CHARGER_HARDWARE_RELAY_PIN", "none", "is needed: name a pin"),
        ("CHARGER_HARDWARE_RELAY_PIN", "D 2", "must be a pin of the board module, or none"),
        ("CHARGER_HARDWARE_RELAY_ACTIVE", "lo", "must be high or low, not lo"),
        ("CHARGER_MQTT_TLS", "True", "must be true or false, not True"),
        ("CHARGER_MQTT_CA_FILE", "ca.pem", "must start with /, as the board sees it"),
        ("CHARGER_HARDWARE_METER_PULSES_PER_KWH", "1OOO", "must be a whole number, not 1OOO"),
        ("CHARGER_WIFI_SSID", "é" * 17, "must be 1 to 32 bytes, has 34"),
        ("CHARGER_SERIAL", "a/b", "may have letters, digits and -_. only"),
        ("CHARGER_MQTT_BROKER", "mqtt://x:1883", "must be a bare host name: no scheme, no port, no path"),
    ],
)
def test_a_bad_value_without_a_safe_default_keeps_the_charger_unavailable(good, variable, text, reason):
    values, problems = load_with(good, **{variable: text})
    assert problems == [(variable, reason, True)]
    assert None in values.values()


def test_a_bad_pin_of_an_optional_part_is_none_not_the_default_of_the_board(good):
    values, problems = load_with(good, CHARGER_HARDWARE_LED_PIN="D-1")
    assert values["hardware.led_pin"] == "none"
    assert [fatal for *_, fatal in problems] == [False]


def test_no_secret_is_in_a_reason(good):
    secret = "hunter2-" * 20
    changes = {
        "CHARGER_WIFI_PASSWORD": secret,
        "CHARGER_MQTT_PASSWORD": secret * 8,
        "CHARGER_WEB_API_PASSWORD": secret,
    }
    _, problems = load_with(good, **changes)
    assert len(problems) == 3
    assert "hunter2" not in str(problems)


def test_two_spellings_with_one_value_are_fine_and_with_two_are_not(good):
    assert load_with(good, CHARGER_WIFI_ID="workshop")[1] == []
    values, problems = load_with(good, CHARGER_WIFI_ID="other")
    assert problems == [("CHARGER_WIFI_SSID", "differs from CHARGER_WIFI_ID", True)]
    assert values["wifi.ssid"] is None


def test_a_misspelt_variable_could_be_a_vital_one(good):
    assert load_with(good, CHARGER_HARDWARE_RELAY_ACTIV="low")[1] == [
        ("CHARGER_HARDWARE_RELAY_ACTIV", "is not a setting", True)
    ]


@pytest.mark.parametrize(
    ("error", "reason"),
    [(ValueError("x"), 'write it as NAME = "value"'), (UnicodeError("x"), "is not UTF-8")],
)
def test_older_boards_raise_at_a_bad_line(good, error, reason):
    def getenv(name):
        if name == "CHARGER_MQTT_PORT":
            raise error
        return good.get(name)

    assert load(check, getenv)[1] == [("CHARGER_MQTT_PORT", reason, False)]


@given(st.dictionaries(st.sampled_from([row[0] for row in TABLE]), st.text()))
def test_no_text_raises(texts):
    variables = {"CHARGER_" + name.upper().replace(".", "_"): text for name, text in texts.items()}
    values, problems = load(check, variables.get, names=list(variables))
    assert (None not in values.values()) == (not any(fatal for *_, fatal in problems))
