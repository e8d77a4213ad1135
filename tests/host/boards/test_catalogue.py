# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The catalogue of boards against circuitpython-stubs, which are made from CircuitPython's own sources."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from chargerctl.boards.catalogue import BOARDS
from chargerctl.firmware_files import firmware_module

DEFINITIONS = Path(find_spec("board_definitions").submodule_search_locations[0])


@pytest.mark.parametrize("board", BOARDS.values(), ids=str)
def test_pins_are_those_of_circuitpython(board):
    stub = (DEFINITIONS / board.board_id / "__init__.pyi").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^(\w+): microcontroller\.Pin  # GPIO(\d+)$", stub, re.MULTILINE))
    assert board.pins == {name: int(gpio) for name, gpio in pins.items()}
    assert f"NVM size: {board.nvm_bytes}\n" in stub


def test_every_board_has_a_wiring_with_pins_that_it_has():
    profiles = firmware_module("charger.hardware.profiles")
    assert set(profiles.BOARDS) == set(BOARDS)
    for board_id in BOARDS:
        assert {pin for pin in profiles.profile(board_id).values() if pin != "none"} <= set(
            BOARDS[board_id].pins
        )


def test_which_boards_have_a_drive_and_pull_pins_up():
    assert [board.board_id for board in BOARDS.values() if not board.has_drive] == ["seeed_xiao_esp32c6"]
    assert [board.board_id for board in BOARDS.values() if not board.pull_at_reset] == [
        "raspberry_pi_pico_w",
        "raspberry_pi_pico2_w",
    ]


def test_aliases_are_all_names_of_a_pin():
    assert BOARDS["seeed_xiao_esp32c6"].aliases("D4") == ["D4", "SDA"]
