# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a board has under which CircuitPython, and that the firmware's wiring is there under each that it runs on."""

import re
from pathlib import Path

import pytest
from chargerctl.boards.catalogue import ASSUMED, BOARDS, OLDEST, version_text
from chargerctl.deploy import write_drive
from chargerctl.firmware_files import firmware_module
from chargerctl.settings import effective_for_simulation
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.network.network import Network

ROOT = Path(__file__).resolve().parents[3]
profile = firmware_module("charger.hardware.profiles").profile
SENSE = BOARDS["seeed_xiao_esp32_s3_sense"]


def first_version(board):
    return max(board.since, OLDEST)


def said_at_start(drive, board_id, version, *overrides):
    """The console lines of the first second of the firmware, deployed with its libraries."""
    settings = effective_for_simulation(None, {}, list(overrides), board_id=board_id)
    write_drive(drive, settings.flat(), board_id)
    board = VirtualBoard(drive, BOARDS[board_id], version=version, seed=1)
    Network(board)
    said = []
    board.events.listen(lambda event: said.append(str(event.get("text", ""))))
    board.settle_boot_out()
    board.power(True)
    assert board.run_until(lambda: any("boot   firmware" in line for line in said), 60)
    board.run_for(2)
    return said


def test_names_that_came_later_are_not_there_before():
    before, after = SENSE.pins_in((10, 0, 3)), SENSE.pins_in((10, 1, 0))
    assert set(after) - set(before) >= {"MTDI", "MTMS", "D19"}
    assert before["MIC_DATA"] == after["MTDI"]
    assert after == SENSE.pins
    assert SENSE.pins_in((9, 2, 8)) == before


@pytest.mark.parametrize("board", BOARDS.values(), ids=lambda board: board.board_id)
def test_every_wiring_is_there_under_the_first_version_of_the_board(board):
    wired = {pin for pin in profile(board.board_id).values() if pin != "none"}
    assert wired <= set(board.pins_in(first_version(board)))


@pytest.mark.parametrize("board", BOARDS.values(), ids=lambda board: board.board_id)
def test_only_pins_of_the_board_came_later(board):
    assert set(board.later) <= set(board.pins)


@pytest.mark.parametrize("version", [(9, 2, 8), (10, 0, 3), (10, 1, 3)], ids=version_text)
def test_the_sense_has_its_meter_and_its_service_button_under_every_version(tmp_path, version):
    said = said_at_start(tmp_path / "drive", SENSE.board_id, version)
    assert not [line for line in said if "part not used" in line or "meter  none" in line]


def test_a_pin_that_this_circuitpython_does_not_have_is_done_without_by_name(tmp_path):
    said = said_at_start(tmp_path / "drive", SENSE.board_id, (10, 0, 3), "hardware.meter_pin=MTMS")
    assert [line for line in said if "meter_pin: this board has no pin MTMS: part not used" in line]
    assert [line for line in said if "energy is reported as 0" in line]


def test_the_oldest_circuitpython_is_the_same_wherever_it_is_named():
    oldest = version_text(OLDEST[:2])
    texts = {path: path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")]}
    found = {
        (path.name, version)
        for path, text in texts.items()
        for version in re.findall(r"CircuitPython (\d+\.\d+) (?:or newer|to )", text)
    }
    assert found
    assert {version for _, version in found} == {oldest}
    assert f"CircuitPython {oldest}" in (ROOT / "lint" / "__init__.py").read_text(encoding="utf-8")


def test_where_no_board_can_be_asked_its_circuitpython_is_that_of_the_virtual_board(tmp_path):
    assert VirtualBoard(tmp_path, SENSE).version == ASSUMED
