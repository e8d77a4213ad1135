# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the lines on a board's console say."""

from chargerctl.doctor.console import console_findings, health_of
from hypothesis import given
from hypothesis import strategies as st


def found(*lines):
    return {each.check: (each.result, each.text) for each in console_findings(health_of(lines))}


def test_memory_is_what_was_free_last():
    checks = found(
        "[   2.412] memory 158320 bytes free, 110592 in one piece outside the heap; with the radio open 121776 bytes free, "
        "73728 in one piece outside the heap",
        "[  14.871] memory 37216 bytes free, 16384 in one piece outside the heap",
    )
    assert checks["memory"] == ("ok", "37,216 bytes free, the largest piece outside the heap 16,384")
    assert found("[  14.871] memory 9000 bytes free")["memory"] == ("warning", "9,000 bytes free")


def test_a_latched_fault_failed_until_it_is_cleared_or_the_board_starts_again():
    latched = "[  20.000] safety fault latched: relay welded"
    assert found(latched)["faults"] == ("failed", "fault latched: relay welded")
    assert "faults" not in found(latched, "[  30.000] safety fault cleared: relay welded")
    assert "faults" not in found(
        latched, "[   6.475] boot   firmware 0.1.0 on seeed_xiao_esp32c6, reset: power"
    )


def test_mistakes_in_the_boards_settings_and_lost_parts_are_repeated():
    checks = found(
        "[   6.475] config CHARGER_MQTT_PORT must be 1 to 65535: the charger stays Unavailable",
        "[   7.000] meter  lost: pin in use",
    )
    assert checks["board settings"][0] == "failed"
    assert checks["meter"] == ("warning", "lost: pin in use")


def test_a_part_that_is_not_used_is_no_mistake_in_the_settings():
    line = "[   6.475] config card_reader: No pull up found: part not used"
    (part,) = [each for each in console_findings(health_of([line])) if each.result == "failed"]
    assert (part.check, part.text) == ("parts", "card_reader is not used: No pull up found")
    assert "wiring" in part.remedy


def test_a_traceback_is_a_program_that_ended():
    checks = found(
        "[   6.475] boot   hello",
        "Traceback (most recent call last):",
        '  File "code.py", line 30, in <module>',
        "OSError: 28",
    )
    assert checks["program"] == ("failed", "it ended with OSError: 28")


def test_the_answer_to_the_question_has_uptime_fault_and_crashes():
    checks = found(
        "[3600.100] asked  relay open, no transaction, not held",
        "[3600.101] asked  firmware 0.1.0, serial box-1, up 3600 s, fault relay welded, crashes 2",
        "[3600.101] view   phase=Faulted relay=open cable=out energy_wh=None elapsed_s=None online=yes",
        "[3600.102] memory 37216 bytes free, 16384 in one piece outside the heap",
    )
    assert checks["console"] == ("warning", "firmware 0.1.0 has been running for 3,600 s, Faulted, 2 crashes")
    assert checks["faults"] == ("failed", "fault latched: relay welded")


def test_a_charger_with_another_serial_than_the_settings_is_a_warning():
    answer = ["[ 438.101] asked  firmware 0.1.0, serial box-2, up 2 s, fault None, crashes 0"]
    checks = {each.check: each for each in console_findings(health_of(answer), "box-1")}
    assert checks["serial"].result == "warning"
    assert checks["serial"].text.startswith("the charger says that it is box-2, the settings are of box-1")
    assert "serial" not in {each.check for each in console_findings(health_of(answer), "box-2")}


def test_the_program_started_when_it_says_and_not_when_the_board_did():
    answer = (
        "[ 438.100] asked  relay open, no transaction, not held",
        "[ 438.101] asked  firmware 0.1.0, serial box-1, up 2 s, fault None, crashes 0",
        "[ 438.102] memory 37216 bytes free",
    )
    assert found(*answer)["console"][1] == "firmware 0.1.0 has been running for 2 s"
    assert found(answer[0])["console"][1] == "the board has been running for 438 s"
    boot = "[   6.475] boot   firmware 0.1.0 on seeed_xiao_esp32c6, reset: power"
    assert found(*answer, boot)["console"][1] == "the board has been running for 6 s"


def test_nothing_read_is_not_judged():
    assert found("Adafruit CircuitPython 9.2.8", "")["console"][0] == "skipped"


@given(st.lists(st.text(max_size=60), max_size=20))
def test_whatever_stands_there_there_are_findings(lines):
    assert list(console_findings(health_of(lines)))
