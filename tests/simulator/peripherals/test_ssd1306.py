# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The chip draws what its data sheet specifies, from nothing but the bytes on the bus."""

from __future__ import annotations

import pytest
from chargerctl.simulator.peripherals.ssd1306 import Ssd1306


def lit(chip: Ssd1306) -> set[tuple[int, int]]:
    picture = chip.picture()
    return {(x, y) for x in range(128) for y in range(64) if picture[x * 8 + y // 8] >> y % 8 & 1}


def test_a_chip_at_power_on_is_dark_and_its_memory_holds_noise():
    chip = Ssd1306()
    assert not chip.on
    assert lit(chip) == set()
    chip.write(bytes.fromhex("00 8D 14 AF A1 C8"))
    assert len(lit(chip)) > 1000


@pytest.mark.parametrize("missing", ["8D 14", "AF"])
def test_it_needs_the_charge_pump_and_display_on(missing):
    chip = Ssd1306()
    chip.write(b"\x00" + bytes.fromhex("8D 14 AF".replace(missing, "")))
    assert not chip.on
    chip.write(b"\x00" + bytes.fromhex(missing))
    assert chip.on


def test_display_off_darkens_it_and_keeps_the_memory(oled):
    oled.data(b"\x01")
    oled.commands(b"\xae")
    assert lit(oled.chip) == set()
    oled.commands(b"\xaf")
    assert lit(oled.chip) == {(0, 0)}


def test_control_bytes_may_announce_one_byte_or_all_that_follow(oled):
    chip = oled.chip
    chip.write(bytes.fromhex("80 21 80 05 80 06 80 22 80 01 80 01 C0 FF 40 01"))
    assert lit(chip) == {(5, y) for y in range(8, 16)} | {(6, 8)}


def test_a_command_may_be_split_over_transactions(oled):
    oled.commands(b"\x21")
    oled.commands(b"\x0a\x0b")
    oled.data(b"\x01")
    assert lit(oled.chip) == {(10, 0)}


def test_horizontal_addressing_wraps_within_its_window(oled):
    oled.commands(bytes.fromhex("20 00 21 10 12 22 02 03"))
    oled.data(bytes([0x01, 0x02, 0x04, 0x08, 0x10, 0x20]))
    assert lit(oled.chip) == {(16, 16), (17, 17), (18, 18), (16, 27), (17, 28), (18, 29)}
    oled.data(b"\x80")
    assert (16, 23) in lit(oled.chip)
    assert (16, 16) not in lit(oled.chip)


def test_vertical_addressing_goes_down_first(oled):
    oled.commands(bytes.fromhex("20 01 21 10 11 22 02 03"))
    oled.data(b"\x01\x01\x01\x01")
    assert lit(oled.chip) == {(16, 16), (16, 24), (17, 16), (17, 24)}


def test_page_addressing_stays_on_its_page(oled):
    oled.commands(bytes.fromhex("20 02 B3 0E 17"))
    oled.data(b"\x01\x01\x01")
    assert lit(oled.chip) == {(126, 24), (127, 24), (0, 24)}


def test_one_write_may_fill_the_memory_and_begin_again(oled):
    oled.fill(b"\x00" * 1024 + b"\x01")
    assert lit(oled.chip) == {(0, 0)}


def test_inversion_and_all_on(oled):
    oled.data(b"\x01")
    oled.commands(b"\xa7")
    assert len(lit(oled.chip)) == 128 * 64 - 1
    oled.commands(b"\xa5")
    assert len(lit(oled.chip)) == 128 * 64
    oled.commands(b"\xa4\xa6")
    assert lit(oled.chip) == {(0, 0)}


def test_segment_remap_acts_on_what_is_written_from_then_on(oled):
    oled.data(b"\x01")
    oled.commands(bytes.fromhex("A0 21 00 7F 22 00 07"))
    assert lit(oled.chip) == {(0, 0)}
    oled.data(b"\x02\x04")
    assert lit(oled.chip) == {(0, 0), (127, 1), (126, 2)}


def test_com_scan_direction_turns_the_picture_upside_down_at_once(oled):
    oled.data(b"\x01")
    oled.commands(b"\xc0")
    assert lit(oled.chip) == {(0, 63)}


def test_start_line_and_offset_roll_the_picture(oled):
    oled.fill(b"\x00" * 128 + b"\x01")
    oled.commands(b"\x48")
    assert lit(oled.chip) == {(0, 0)}
    oled.commands(b"\x40\xd3\x04")
    assert lit(oled.chip) == {(0, 4)}


def test_the_wrong_com_layout_shows_every_other_line_elsewhere(oled):
    oled.data(b"\x03")
    oled.commands(b"\xda\x02")
    assert lit(oled.chip) != {(0, 0), (0, 1)}
    assert len(lit(oled.chip)) == 2


def test_lines_beyond_the_multiplex_ratio_are_dark(oled):
    oled.fill(b"\xff" * 1024)
    oled.commands(b"\xa8\x1f")
    assert len(lit(oled.chip)) == 128 * 32


def test_contrast_is_kept(oled):
    oled.commands(b"\x81\x10")
    assert oled.chip.contrast == 0x10


def test_scrolling_and_timing_commands_take_their_parameters(oled):
    # 21h inside the parameters must not be taken for a command.
    oled.commands(bytes.fromhex("26 00 21 00 21 00 FF 29 00 21 00 21 01 A3 00 40 D5 21 D9 21 DB 21 2E"))
    oled.data(b"\x01")
    assert lit(oled.chip) == {(0, 0)}


def test_a_chip_without_power_does_not_acknowledge_and_forgets_everything(oled):
    oled.chip.power(False)
    assert not oled.chip.on
    with pytest.raises(OSError, match="No such device") as failure:
        oled.chip.write(b"")
    assert failure.value.errno == 19
    oled.chip.power(True)
    oled.chip.write(b"")
    assert not oled.chip.on


def test_the_status_register_reports_whether_the_display_is_off(oled):
    assert oled.chip.read(1) == b"\x00"
    oled.commands(b"\xae")
    assert oled.chip.read(1) == b"\x40"
