# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
from __future__ import annotations

import pytest
from chargerctl.simulator.peripherals.ws2812 import Ws2812, waveform


@pytest.fixture
def seen():
    return []


@pytest.fixture
def light(seen):
    light = Ws2812(lambda: seen.append(light.rgb))
    return light


def test_bits_arrive_as_green_red_blue(light):
    light.pulses(waveform(bytes([0x14, 0x01, 0x80])))
    assert light.rgb == "011480"


def test_it_keeps_its_own_24_bits_and_ignores_what_is_for_the_next(light):
    light.pulses(waveform(bytes([1, 2, 3, 4, 5, 6])))
    assert light.rgb == "020103"


def test_too_few_bits_change_nothing(light, seen):
    light.pulses(waveform(b"\xff\xff"))
    assert light.rgb == "000000"
    assert seen == []


def test_the_length_of_a_pulse_is_the_value_of_its_bit(light):
    light.pulses([700] * 8 + [400] * 16)
    assert light.rgb == "00FF00"


def test_it_reports_changes_only(light, seen):
    for data in (b"\x14\x00\x00", b"\x14\x00\x00", b"\x00\x00\x00"):
        light.pulses(waveform(data))
    assert seen == ["001400", "000000"]


def test_without_power_it_is_dark_and_deaf_and_comes_back_dark(light, seen):
    light.pulses(waveform(b"\x14\x00\x00"))
    light.power(False)
    light.pulses(waveform(b"\xff\xff\xff"))
    assert light.rgb == "000000"
    light.power(True)
    assert light.rgb == "000000"
    assert seen == ["001400", "000000"]
