# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""default < file < environment < --set; unknown names are mistakes with the nearest known one."""

from pathlib import Path

import pytest
from chargerctl.errors import InputError
from chargerctl.settings import SettingsError, effective, effective_for_simulation


@pytest.fixture
def config(write, good_toml):
    return write(good_toml + '[ntp]\nserver = "from.file"\n')


def mistakes(*arguments, **more) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        effective(*arguments, **more)
    assert caught.value.exit_status == 2
    return [str(problem) for problem in caught.value.problems]


def origin(settings, name):
    return next(
        (each.text, each.source, str(each.place)) for each in settings.explain() if each.setting.name == name
    )


def test_the_default_is_used_if_no_source_gives_a_value(write, good_toml):
    assert origin(effective(write(good_toml), {}), "ntp.server") == ("pool.ntp.org", "default", "None")


def test_the_file_overrides_the_default(config):
    assert origin(effective(config, {}), "ntp.server") == ("from.file", "file", f"{config}:8:10")


def test_the_environment_overrides_the_file(config):
    settings = effective(config, {"CHARGER_NTP_SERVER": "from.env"})
    assert origin(settings, "ntp.server") == ("from.env", "environment", "$CHARGER_NTP_SERVER")


def test_the_command_line_overrides_all(config):
    settings = effective(
        config, {"CHARGER_NTP_SERVER": "from.env"}, ["ntp.server=first", "ntp.server=from.set"]
    )
    assert origin(settings, "ntp.server") == ("from.set", "command line", "--set ntp.server")
    assert [(given.text, given.source) for given in settings.replaced["ntp.server"]] == [
        ("from.file", "file"),
        ("from.env", "environment"),
    ]


def test_a_mistake_in_what_is_replaced_is_still_a_mistake(config):
    assert mistakes(config, {"CHARGER_MQTT_PORT": "0"}, ["mqtt.port=1"]) == [
        "$CHARGER_MQTT_PORT: must be 1 to 65535, not 0"
    ]


def test_flat_and_sectioned_files_give_the_same_settings(write, good, good_toml):
    flat = write("".join(f'{variable} = "{text}"\n' for variable, text in good.items()), "flat.toml")
    assert effective(flat, {}).flat() == effective(write(good_toml), {}).flat() == good


def test_dotted_and_inline_tables_are_sections_too(write, good):
    config = write(
        'wifi.ssid = "workshop"\nmqtt = { broker = "192.168.1.10" }\n[charger]\nserial = "esp32c6-charger-4f2a9c"\n'
    )
    assert effective(config, {}).flat() == good


def test_typed_values_become_the_boards_text(write, good_toml):
    config = write(
        good_toml
        + "[display]\ntimezone_offset_hours = -5.75\n[hardware]\ndisplay_address = 0x3D\n"
        + "[ocpp]\noffline_authorization = true\nheartbeat_interval = 1_000\n"
    )
    flat = effective(config, {}).flat()
    assert flat["CHARGER_DISPLAY_TIMEZONE_OFFSET_HOURS"] == "-5.75"
    assert flat["CHARGER_HARDWARE_DISPLAY_ADDRESS"] == "0x3D"
    assert flat["CHARGER_OCPP_OFFLINE_AUTHORIZATION"] == "true"
    assert flat["CHARGER_OCPP_HEARTBEAT_INTERVAL"] == "1000"


def test_a_rendered_file_is_a_good_file(write, good_toml):
    settings = effective(write(good_toml), {}, ["web.api_password=x", "wifi.password=12345678"])
    again = effective(write(settings.render(), "board.toml"), {})
    assert again.flat() == settings.flat()
    assert again.problems == []


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"CHARGER_MQTT_BROCKER": "x"}, "$CHARGER_MQTT_BROCKER: did you mean CHARGER_MQTT_BROKER?"),
        ({"CHARGER_WIFI_SSDI": "x"}, "$CHARGER_WIFI_SSDI: did you mean CHARGER_WIFI_SSID?"),
        ({"charger_mqtt_broker": "x"}, "$charger_mqtt_broker: did you mean CHARGER_MQTT_BROKER?"),
        ({"Charger_Serial": "x"}, "$Charger_Serial: did you mean CHARGER_SERIAL?"),
        ({"CHARGER_COLOUR": "red"}, "$CHARGER_COLOUR: is not a setting"),
        (
            {"CHARGER_WIFI_ID": "a", "CHARGER_WIFI_SSID": "b"},
            "$CHARGER_WIFI_SSID: differs from $CHARGER_WIFI_ID, another name of the same setting",
        ),
        ({"CHARGER_NAME": "a\udcffb"}, "$CHARGER_NAME: is not UTF-8"),
    ],
)
def test_environment_mistakes(config, environ, message):
    assert mistakes(config, environ) == [message]


def test_other_peoples_variables_are_left_alone(config):
    assert effective(config, {"CHARGERCTL_DEPLOY_DRIVE": "x", "PATH": "y"}).problems == []


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("mqtt.brocker=x", "--set mqtt.brocker: did you mean mqtt.broker?"),
        ("wifi.broker=x", "--set wifi.broker: did you mean mqtt.broker?"),
        ("broker=x", "--set broker: did you mean mqtt.broker?"),
        ("colour=red", "--set colour: is not a setting"),
        ("mqtt.port", "--set mqtt.port: must be SECTION.KEY=VALUE"),
        ("wifi.password hunter22", "--set wifi.password: must be SECTION.KEY=VALUE"),
        ("hunter22", "--set: must be SECTION.KEY=VALUE"),
        ("mqtt.password:hunter22=x", "--set mqtt.password: must be SECTION.KEY=VALUE"),
        ("mqtt.password hunter22=x", "--set mqtt.password: must be SECTION.KEY=VALUE"),
        ("mqtt.passwordhunter22=x", "--set mqtt.password: must be SECTION.KEY=VALUE"),
        ("mqtt.pasword:hunter22=x", "--set mqtt.pasword: did you mean mqtt.password?"),
        ("mqtt.port=", "--set mqtt.port: must be a whole number, not empty"),
    ],
)
def test_override_mistakes(config, override, message):
    assert mistakes(config, {}, [override]) == [message]


def test_without_a_file_missing_settings_suggest_init():
    assert mistakes(None, {"CHARGER_SERIAL": "c1", "CHARGER_MQTT_BROKER": "10.0.0.2"}) == [
        "settings: wifi.ssid: is required; set it as CHARGER_WIFI_SSID or with --set wifi.ssid=...; "
        "`chargerctl init` writes a file to start from"
    ]


def test_a_file_that_is_not_there(folder):
    with pytest.raises(InputError, match=r"nowhere\.toml: file not found; `chargerctl init` writes one"):
        effective(Path("nowhere.toml"), {})


def test_a_simulation_needs_no_settings_at_all():
    settings = effective_for_simulation(None, {})
    assert settings.problems == []
    assert all(settings.values[name] for name in ("wifi.ssid", "mqtt.broker", "charger.serial"))
    assert effective_for_simulation(None, {"CHARGER_SERIAL": "mine"}).values["charger.serial"] == "mine"


def test_a_simulation_does_not_hide_a_mistake():
    with pytest.raises(SettingsError):
        effective_for_simulation(None, {"CHARGER_SERIAL": "a/b"})
