# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What was played by hand becomes a script."""

from pathlib import Path

from chargerctl.simulator.script.language import parse
from chargerctl.simulator.web.recording import Recording


def hand(t, text, **more):
    return {"t": t, "kind": "hand", "line": 1, "text": text, **more}


def status(t, name, connector=1):
    payload = {"connectorId": connector, "status": name, "errorCode": "NoError"}
    frame = [2, "1", "StatusNotification", payload]
    return {"t": t, "kind": "frame", "dir": "out", "topic": "/charger/1", "frame": frame}


def script_of(*events):
    recording = Recording()
    for event in events:
        recording.take(event)
    script = recording.script()
    parse(script, "recorded", Path())  # it is one
    return [line for line in script.splitlines() if not line.startswith("#")]


def test_between_the_lines_is_the_board_time_that_passed():
    assert script_of(
        hand(1.5, "plug"), hand(1.5, "meter 11"), hand(4.0004, "unplug"), hand(123456.7891, "plug")
    ) == [
        "wait 1.5",
        "plug",
        "meter 11",
        "wait 2.5",
        "unplug",
        "wait 123452.789",
        "plug",
    ]


def test_rounded_waits_do_not_add_up():
    events = [hand(n * 1.00049, "plug") for n in range(1, 1001)]
    waits = [float(line.split()[1]) for line in script_of(*events) if line.startswith("wait")]
    assert abs(sum(waits) - 1000.49) < 0.001


def test_a_line_that_was_refused_is_not_recorded():
    assert script_of(hand(1, "plog", error="did you mean plug?"), hand(2, "plug")) == ["wait 2", "plug"]


def test_lines_of_a_script_that_runs_as_well_are_recorded():
    assert script_of({"t": 1, "kind": "script", "line": 3, "text": "plug"}) == ["wait 1", "plug"]


def test_what_had_held_for_a_while_is_expected_before_the_next_line():
    lines = script_of(
        status(10, "Available"),
        hand(12, "plug"),
        {"t": 13, "kind": "lock", "locked": True},
        {"t": 13, "kind": "relay", "closed": True},
        status(13, "Charging"),
        hand(15, "swipe 04A1B2C3"),
    )
    assert lines == [
        "wait 12",
        "expect status Available",
        "plug",
        "wait 3",
        "expect status Charging",
        "expect lock locked",
        "expect relay closed",
        "swipe 04A1B2C3",
    ]


def test_what_has_just_changed_is_not_expected_yet():
    lines = script_of({"t": 11.8, "kind": "relay", "closed": True}, hand(12, "unplug"), hand(13, "plug"))
    assert lines == ["wait 12", "unplug", "wait 1", "expect relay closed", "plug"]


def test_what_is_as_at_every_power_on_is_not_expected():
    relay, lock = {"t": 0, "kind": "relay", "closed": False}, {"t": 0, "kind": "lock", "locked": False}
    assert script_of(relay, lock, hand(5, "plug")) == ["wait 5", "plug"]


def test_the_end_expects_what_holds_then():
    lines = script_of(hand(1, "plug"), status(2, "Preparing"), {"t": 3, "kind": "console", "text": "x"})
    assert lines == ["wait 1", "plug", "wait 2", "expect status Preparing"]


def test_where_another_central_system_answers_nothing_is_expected_and_the_script_says_why():
    events = [
        {"t": 0, "kind": "board", "id": "x", "parts": [], "central": "none"},
        status(1, "Available"),
        hand(2, "plug"),
        status(3, "Charging"),
        {"t": 3, "kind": "relay", "closed": True},
        hand(5, "unplug"),
        status(6, "Available"),
    ]
    recording = Recording()
    for event in events:
        recording.take(event)
    assert "# Another central system answered." in recording.script()
    assert script_of(*events) == ["wait 2", "plug", "wait 3", "unplug", "wait 1"]


def test_from_a_reset_on_no_status_is_known():
    reset = {"t": 3, "kind": "reset", "reason": "button"}
    assert script_of(status(1, "Available"), reset, hand(5, "plug")) == ["wait 5", "plug"]


def test_only_connector_1_and_what_the_charger_says_counts():
    wrong = {**status(1, "Faulted"), "dir": "in"}
    assert script_of(status(1, "Unavailable", connector=0), wrong, hand(5, "plug")) == ["wait 5", "plug"]


def test_a_status_that_is_none_is_not_expected():
    assert script_of(status(1, "Broken\nplug"), hand(5, "plug")) == ["wait 5", "plug"]


def test_a_recording_is_bounded_and_says_so():
    recording = Recording()
    for number in range(6000):
        recording.take(hand(number, "plug"))
    assert len(recording) == 6000
    script = recording.script()
    assert script.count("\nplug\n") == 5000
    assert script.endswith("# It went on: more is not recorded.\n")
