# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger with wrong settings shows it on console and OLED, and never closes the relay."""

import json

import pytest
from chargerctl.deploy import write_drive

from tests.host.settings.broken_files import BROKEN

SCRIPT = """\
plug
swipe 04A2B3C4
wait 20
expect relay open
"""


@pytest.fixture
def run_with(chargerctl, folder, write, good):
    """Boot a drive with this settings.toml, plug in and swipe a card: its events."""

    def run(data: bytes) -> list[dict]:
        write_drive(folder / "drive", good, "seeed_xiao_esp32c6")
        write(data, "drive/settings.toml")
        write(SCRIPT, "a.script")
        status, out, err = chargerctl("simulate", "--drive", "drive", "--script", "a.script", "--json")
        events = [json.loads(line) for line in out.splitlines()]
        assert status == 0, (events[-20:], err)
        return events

    return run


NAMES = [
    "empty file",
    "one megabyte of comments",
    "UTF-16",
    "invalid UTF-8 in a value",
    "section in a flat file",
    "no closing quote",
    "misspelt variable",
    "number out of range",
    "JSON instead of TOML",
]


def _broken(each):
    """A megabyte takes the virtual board half a minute; other tests read it with the board's own reader."""
    return pytest.param(each, id=each.name, marks=pytest.mark.soak if "megabyte" in each.name else ())


@pytest.mark.parametrize("broken", [_broken(each) for each in BROKEN if each.name in NAMES])
def test_every_mistake_is_on_the_console_and_there_is_no_traceback(run_with, broken):
    console = [event["text"] for event in run_with(broken.data) if event["kind"] == "console"]
    printed = [text.split("config ")[1] for text in console if "config " in text]
    expected = [
        line.replace(": ", " ", 1).replace(" (stays Unavailable)", ": the charger stays Unavailable")
        for line in broken.board
    ]
    assert printed == expected
    assert "Traceback" not in "".join(console)


def test_the_first_that_matters_is_on_the_oled_with_key_and_reason(run_with, good):
    lines = "".join(f'{variable} = "{text}"\n' for variable, text in good.items())
    data = (lines + 'CHARGER_MQTT_PORT = "99999"\nCHARGER_MQTT_TLS = "ture"\n').encode()
    shown = [event["lines"] for event in run_with(data) if event["kind"] == "display"][-1]
    assert shown[1:3] == ["MQTT_TLS must be true", "or false, not ture"]


def test_with_a_safe_default_it_charges(run_with, good):
    lines = "".join(f'{variable} = "{text}"\n' for variable, text in good.items())
    data = (lines + 'CHARGER_DISPLAY_TIMEZONE_OFFSET_HOURS = "5.3"\n').encode()
    events = run_with(data)
    assert any(event.get("text", "").endswith("must be in steps of 0.25, not 5.3") for event in events)
    assert any(
        event["kind"] == "frame" and '"BootNotification"' in json.dumps(event["frame"]) for event in events
    )


def test_a_relay_whose_active_level_is_unreadable_is_not_driven_at_all(run_with, good):
    lines = "".join(f'{variable} = "{text}"\n' for variable, text in good.items())
    events = run_with((lines + 'CHARGER_HARDWARE_RELAY_ACTIVE = "lwo"\n').encode())
    assert {event["closed"] for event in events if event["kind"] == "relay"} == {False}
