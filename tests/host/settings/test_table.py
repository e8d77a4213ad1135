# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One table for firmware, laptop, reference and example."""

import re
from pathlib import Path

import pytest
from charger import settings as board
from chargerctl.settings import effective
from chargerctl.settings.document import document, example
from chargerctl.settings.help import DEPENDS, EXAMPLES, HELP
from chargerctl.settings.table import BY_VARIABLE, RENDERED, SETTINGS

ROOT = Path(__file__).resolve().parents[3]
FIRMWARE = [
    path.read_text(encoding="utf-8")
    for path in (ROOT / "firmware").rglob("*.py")
    if path != ROOT / "firmware" / "charger" / "settings.py"
]
# The firmware reads what its table's `load` makes of them.
MADE = {"mqtt.publish_topic": "mqtt.topic_out", "mqtt.subscribe_topic": "mqtt.topic_in"}
# Read on the laptop, which writes CircuitPython's own variable from it.
READ_BY_THE_LAPTOP = set(RENDERED.values())


def test_the_reference_is_generated_from_the_table():
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == document(), (
        "run python -m chargerctl.settings.document"
    )


def test_the_example_is_generated_from_the_table():
    assert (ROOT / "settings.toml.example").read_text(encoding="utf-8") == example(), (
        "run python -m chargerctl.settings.document"
    )


def test_nothing_is_offered_that_has_no_effect_yet():
    assert "No effect yet" not in document() + example()


def test_every_setting_is_in_the_reference_with_its_variable():
    text = document()
    for setting in SETTINGS.values():
        assert f"| {setting.key} | `{setting.variable}` |" in text


def test_the_help_is_of_the_table_and_on_the_laptop_only():
    assert set(HELP) == set(SETTINGS)
    source = Path(board.__file__).read_text(encoding="utf-8")
    assert not any(text in source for text in HELP.values())


def test_the_example_gives_what_is_required_and_is_valid():
    settings = effective(ROOT / "settings.toml.example", {})
    assert set(settings.given) == set(EXAMPLES) == {name for name in SETTINGS if SETTINGS[name].required}
    assert [problem.message for problem in settings.warnings] == [
        "charger.serial: esp32c6-charger-000000 is the serial of the example: "
        "chargers with the same serial disconnect each other"
    ]


def test_what_is_commented_out_in_the_example_is_every_default(tmp_path):
    uncommented = re.sub(r"^# (\w+ = )", r"\1", example(), flags=re.MULTILINE)
    path = tmp_path / "settings.toml"
    path.write_text(uncommented)
    settings = effective(path, {}, board_id="seeed_xiao_esp32c6")
    assert set(settings.given) == set(SETTINGS)
    for name, setting in SETTINGS.items():
        if name not in (*EXAMPLES, *DEPENDS) and setting.kind != "pin":
            assert settings.values[name] == setting.default, name


def firmware_names(*words: str) -> bool:
    return any(f'"{word}"' in text for word in words for text in FIRMWARE)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_a_reader(name):
    """Of a pin the firmware names the key only."""
    setting = SETTINGS[name]
    keys = (setting.key,) if setting.kind == "pin" else ()
    read = firmware_names(MADE.get(name, name), setting.variable, *keys) or name in READ_BY_THE_LAPTOP
    assert read


@pytest.mark.parametrize("name", [name for name in SETTINGS if SETTINGS[name].kind == "choice"])
def test_every_choice_has_a_reader(name):
    """But for one: that is what the firmware does otherwise. A card reader's is the name of its driver."""
    drivers = {path.stem for path in (ROOT / "firmware" / "charger" / "hardware").iterdir()}
    without = [each for each in SETTINGS[name].choices if each not in drivers and not firmware_names(each)]
    assert len(without) <= 1


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=str)
def test_every_default_passes_its_own_check(setting):
    if setting.default is not None:
        assert setting.check(setting.text(setting.default)) == setting.default


def test_spellings():
    assert BY_VARIABLE["CHARGER_NAME"] is BY_VARIABLE["CHARGER_CHARGER_NAME"] is SETTINGS["charger.name"]
    assert BY_VARIABLE["CHARGER_WIFI_ID"] is BY_VARIABLE["CHARGER_WIFI_SSID"] is SETTINGS["wifi.ssid"]
    assert SETTINGS["charger.serial"].variable == "CHARGER_SERIAL"
    assert SETTINGS["wifi.ssid"].variable == "CHARGER_WIFI_SSID"
    assert len(BY_VARIABLE) == len(SETTINGS) + 5


def test_secrets_are_the_three_passwords():
    assert [name for name, setting in SETTINGS.items() if setting.secret] == [
        "wifi.password",
        "mqtt.password",
        "web.api_password",
    ]
