# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a deploy sets for CircuitPython itself: lines it can read on every version, merged without taking a person's away."""

from io import BytesIO

import pytest
from chargerctl.boards.catalogue import BOARDS
from chargerctl.firmware_files import firmware_module
from chargerctl.settings import render
from chargerctl.settings.differences import salted_hashes
from chargerctl.settings.file_source import from_bytes
from chargerctl.settings.merge import MergeError, merge
from chargerctl.settings.sources import for_circuitpython
from chargerctl.settings.table import board_check, board_settings
from chargerctl.simulator.python.settings_toml import get_setting

C6, PICO = BOARDS["seeed_xiao_esp32c6"], BOARDS["raspberry_pi_pico_w"]
SIZE, BLUETOOTH = "CIRCUITPY_PYSTACK_SIZE", "CIRCUITPY_BLE_WORKFLOW"


@pytest.fixture
def laptop(good):
    """The laptop's settings for a C6, with what CircuitPython is to read there."""
    return good | for_circuitpython(C6)


def lines(content):
    return [line for line in content.decode().splitlines() if line.startswith("CIRCUITPY_")]


def test_each_line_follows_its_comment_without_quotes(laptop):
    text = merge({}, None, laptop).content.decode()
    assert text.endswith(
        "# Bytes for nested Python calls. The firmware needs at most 1536; the rest is a margin.\n"
        "CIRCUITPY_PYSTACK_SIZE = 2048\n"
        "# No files and no console over Bluetooth. CircuitPython reads it from 10.3 on.\n"
        "CIRCUITPY_BLE_WORKFLOW = false\n"
    )


def test_circuitpython_reads_them_and_would_not_in_quotes(laptop):
    data = merge({}, None, laptop).content
    assert get_setting(data, SIZE, None) == 2048
    assert get_setting(data.replace(b"2048", b'"2048"'), SIZE, None) != 2048


def test_the_boards_own_reader_takes_no_offence(laptop):
    found, unreadable, notes = firmware_module("charger.settings_file").read(
        BytesIO(merge({}, None, laptop).content)
    )
    assert (found[SIZE], found[BLUETOOTH], unreadable, notes) == ("2048", "false", {}, [])
    assert board_settings.load(board_check, found.get, unreadable, list(found))[1] == []


def test_a_boards_file_on_the_laptop_gives_no_warning_for_what_a_deploy_wrote(laptop):
    assert from_bytes(render(laptop).encode(), "settings.toml").problems == []


def test_bluetooth_is_switched_off_only_where_circuitpython_switches_it_on():
    found = {board.board_id for board in BOARDS.values() if BLUETOOTH in for_circuitpython(board)}
    assert found == {board.board_id for board in BOARDS.values() if not board.has_drive}
    assert BLUETOOTH in for_circuitpython(None), "a board that is not known may be another ESP32-C6"


def test_what_a_person_typed_is_kept_without_a_question(good, laptop):
    typed = (
        render(good).encode() + b"CIRCUITPY_PYSTACK_SIZE = 4096  # deeper\nCIRCUITPY_BLE_WORKFLOW = true\n"
    )
    for base in (salted_hashes(good), salted_hashes(laptop)):
        found = merge(base, typed, laptop)
        found.check()
        assert found.content == typed
        assert {str(change) for change in found.changes} >= {
            f'{BLUETOOTH}: kept "true"{", changed on the drive" if BLUETOOTH in base else ""} '
            '(the laptop has "false")'
        }


def test_a_line_that_was_removed_is_not_added_again(good, laptop):
    found = merge(salted_hashes(laptop), render(good).encode(), laptop)
    found.check()
    assert lines(found.content) == []


def test_a_line_of_ours_that_the_board_no_longer_needs_goes(good, laptop):
    found = merge(salted_hashes(laptop), render(laptop).encode(), good | for_circuitpython(PICO))
    found.check()
    assert lines(found.content) == ["CIRCUITPY_PYSTACK_SIZE = 2048"]


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ('CIRCUITPY_BLE_WORKFLOW = "false"', "is in quotes: CircuitPython reads it only without quotes"),
        ('CIRCUITPY_PYSTACK_SIZE="2048"', "is in quotes: CircuitPython reads it only without quotes"),
        ("CIRCUITPY_PYSTACK_SIZE = 1024", "must be 1536 to 65536, not 1024"),
    ],
)
def test_a_value_that_would_not_do_needs_a_decision(good, laptop, typed, reason):
    drive = render(good).encode() + typed.encode() + b"\n"
    with pytest.raises(MergeError) as caught:
        merge(salted_hashes(good), drive, laptop, label="D/settings.toml").check()
    line = len(drive.splitlines())
    assert caught.value.lines()[0] == f"D/settings.toml:{line}:1: {typed.partition('=')[0].strip()}: {reason}"
    found = merge(salted_hashes(good), drive, laptop, "laptop")
    found.check()
    assert f"# {typed}" in found.content.decode()
    assert set(lines(found.content)) == {"CIRCUITPY_PYSTACK_SIZE = 2048", "CIRCUITPY_BLE_WORKFLOW = false"}


def test_the_same_deploy_again_changes_nothing(laptop):
    first = merge({}, None, laptop).content
    again = merge(salted_hashes(laptop), first, laptop)
    again.check()
    assert (again.content, again.changes) == (first, [])
