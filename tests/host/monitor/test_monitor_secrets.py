# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""No secret is shown, however it is printed."""

import pytest
from chargerctl.monitor.deployed import Deployed
from chargerctl.monitor.entries import BoardLine
from chargerctl.monitor.of_settings import of_settings
from chargerctl.monitor.pipeline import Pipeline
from chargerctl.monitor.secrets import Masker
from hypothesis import given
from hypothesis import strategies as st

SECRET = "correct horse battery"


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (f"joining with {SECRET}!", "joining with ***!"),
        (f"{SECRET}{SECRET}", "******"),
        ("CIRCUITPY_WIFI_PASSWORD = 'another one'", "CIRCUITPY_WIFI_PASSWORD = ***"),
        ('CHARGER_MQTT_PASSWORD="x"', "CHARGER_MQTT_PASSWORD=***"),
        ("my_token=abc and more", "my_token=***"),
        (
            "[   1.000] ocpp   MeterValueSampleInterval = 60",
            "[   1.000] ocpp   MeterValueSampleInterval = 60",
        ),
        ("KeyError: 'name'", "KeyError: 'name'"),
        ("a pin and a spin", "a *** and a spin"),
    ],
)
def test_a_secret_is_masked(printed, shown):
    assert Masker([SECRET, "pin", ""]).masked(printed) == shown


@given(st.lists(st.integers(0, 80), max_size=12), st.data())
def test_no_cut_shows_a_part_of_a_secret(cuts, data):
    """Not even where a line is shown before its end has come, or the connection is lost within it."""
    line = f"before {SECRET} after {SECRET}\n".encode()
    pipeline = Pipeline(Masker([SECRET]), Deployed({}, dict))
    shown, begin, at = [], 0, 0.0
    for cut in [*sorted(cut for cut in cuts if cut < len(line)), len(line)]:
        at += 10
        shown += pipeline.feed(line[begin:cut], at)
        if data.draw(st.booleans()):
            shown += pipeline.feed(b"", at + 5)
        begin = cut
    text = "".join(entry.text for entry in shown if isinstance(entry, BoardLine))
    assert text == "before *** after ***"


@pytest.mark.parametrize("cut", range(3, len(SECRET)))
def test_what_a_lost_connection_leaves_of_a_secret_is_masked(cut):
    pipeline = Pipeline(Masker([SECRET]), Deployed({}, dict))
    pipeline.feed(f"key {SECRET[:cut]}".encode(), 0.0)
    (line, _) = pipeline.lost("unplugged", 1.0)
    assert line.text == "key ***"


def test_the_secrets_are_those_of_the_settings_and_of_the_environment(write):
    path = write(f'[wifi]\nssid = "home"\npassword = "{SECRET}"\n[mqtt]\npassword = "from file"\n')
    found = of_settings(path, {"CHARGER_MQTT_PASSWORD": "from the environment", "OTHER_PASSWORD": "not ours"})
    assert set(found.secrets) == {SECRET, "from file", "from the environment"}
    assert found.notes == ()


def test_settings_with_mistakes_do_not_stop_a_monitor_and_are_secret_nevertheless(write):
    path = write('[wifi]\npassword = "short"\n[charger]\nserial = "one"\npassword = \'misplaced\'\n[mqtt\n')
    found = of_settings(path, {})
    assert {"short", "misplaced"} <= set(found.secrets)


def test_a_file_that_cannot_be_read_is_said(folder):
    (note,) = of_settings(folder / "none.toml", {}).notes
    assert "none.toml" in note
    assert "not masked" in note
