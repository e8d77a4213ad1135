# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board profiles against the pin tables of circuitpython-stubs."""

import importlib.util
import re
from pathlib import Path

import pytest
from charger.hardware.profiles import BOARDS, profile, unsafe_outputs

DEFINITIONS = Path(importlib.util.find_spec("board_definitions").submodule_search_locations[0])


def gpio_by_name(board_id: str) -> dict[str, str]:
    text = (DEFINITIONS / board_id / "__init__.pyi").read_text(encoding="utf-8")
    return dict(re.findall(r"^(\w+): microcontroller\.Pin +# (\w+)", text, re.MULTILINE))


def wired(board_id: str) -> dict[str, str]:
    return {part: name for part, name in profile(board_id).items() if name != "none"}


@pytest.mark.parametrize("board_id", BOARDS)
def test_every_pin_of_a_profile_is_on_the_board(board_id: str) -> None:
    assert set(wired(board_id).values()) <= set(gpio_by_name(board_id))


@pytest.mark.parametrize("board_id", BOARDS)
def test_no_pin_serves_two_parts_even_under_two_names(board_id: str) -> None:
    gpio = gpio_by_name(board_id)
    used = [gpio[name] for name in wired(board_id).values()]
    assert len(used) == len(set(used))


@pytest.mark.parametrize("board_id", BOARDS)
def test_every_profile_has_the_same_keys_and_the_parts_a_charger_needs(board_id: str) -> None:
    assert profile(board_id).keys() == profile("seeed_xiao_esp32c6").keys()
    assert {"relay_pin", "cable_pin", "lock_pin", "sda", "scl", "meter_pin"} <= wired(board_id).keys()


@pytest.mark.parametrize("board_id", [board for board in BOARDS if unsafe_outputs(board)])
def test_relay_and_lock_avoid_the_unsafe_pins_under_any_of_their_names(board_id: str) -> None:
    gpio = gpio_by_name(board_id)
    unsafe = {gpio[name] for name in unsafe_outputs(board_id) if name in gpio}
    assert gpio[profile(board_id)["relay_pin"]] not in unsafe
    assert gpio[profile(board_id)["lock_pin"]] not in unsafe


@pytest.mark.parametrize("board_id", [board for board in BOARDS if unsafe_outputs(board)])
def test_an_unsafe_pin_is_unsafe_under_each_of_its_names(board_id: str) -> None:
    gpio = gpio_by_name(board_id)
    listed = {name for name in unsafe_outputs(board_id) if name in gpio}
    unsafe = {gpio[name] for name in listed}
    assert {name for name, number in gpio.items() if number in unsafe} <= listed


@pytest.mark.parametrize("board_id", ["raspberry_pi_pico_w", "raspberry_pi_pico2_w"])
def test_the_rp2_meter_is_on_an_odd_gpio_because_countio_needs_one(board_id: str) -> None:
    number = gpio_by_name(board_id)[profile(board_id)["meter_pin"]].removeprefix("GPIO")
    assert int(number) % 2 == 1
