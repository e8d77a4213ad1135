# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which images of CircuitPython are taken for which board: judged by what is in them, never by their names."""

from __future__ import annotations

import pytest
from chargerctl.boards.catalogue import BOARDS
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.install.image import check_suits, read_image
from hypothesis import given
from hypothesis import strategies as st

from tests.host.install.images import (
    ABSOLUTE,
    esp_flash,
    esp_program,
    family,
    image_for,
    texts,
    uf2,
    uf2_block,
)

C6, S3, PICO, PICO_2 = (
    "seeed_xiao_esp32c6",
    "adafruit_qtpy_esp32s3_nopsram",
    "raspberry_pi_pico_w",
    "raspberry_pi_pico2_w",
)


@pytest.fixture
def read(tmp_path):
    def read(data):
        path = tmp_path / "image"
        path.write_bytes(data)
        return read_image(path)

    return read


@pytest.fixture
def refused(read):
    """refused(data) -> why it is no image that can be installed."""

    def refused(data):
        with pytest.raises(InputError) as caught:
            read(data)
        return str(caught.value)

    return refused


@pytest.mark.parametrize("board_id", BOARDS)
def test_an_image_is_known_by_what_is_in_it(read, board_id):
    image = read(image_for(board_id))
    assert (image.board_id, image.chip, image.version) == (board_id, BOARDS[board_id].chip, "10.1.3")
    assert check_suits(image, None) is BOARDS[board_id]
    assert check_suits(image, board_id) is BOARDS[board_id]


def test_an_image_for_another_board_is_refused_and_the_right_one_is_named(read):
    for given_id in BOARDS:
        image = read(image_for(given_id))
        for wanted in BOARDS.keys() - {given_id}:
            with pytest.raises(ChargerctlError) as caught:
                check_suits(image, wanted)
            kind = "uf2" if BOARDS[wanted].has_drive else "bin"
            assert f"for {given_id} " in str(caught.value)
            assert f"adafruit-circuitpython-{wanted}-LANGUAGE-VERSION.{kind}" in str(caught.value)


def test_an_image_for_a_board_without_a_wiring_is_refused_by_its_title(read):
    image = read(uf2(texts("weact_esp32c6_n4", title="Some board"), family("rp2040")))
    with pytest.raises(ChargerctlError, match="CircuitPython for Some board"):
        check_suits(image, None)


def test_a_bin_for_a_board_with_a_boot_drive_is_refused(read):
    image = read(esp_flash(S3))
    with pytest.raises(ChargerctlError, match="would replace its boot drive"):
        check_suits(image, None)


@pytest.mark.parametrize("version", ["8.2.10", "9.1.4", "11.0.0"])
def test_a_version_that_the_charger_does_not_run_on_is_refused(read, version):
    with pytest.raises(
        ChargerctlError, match=f"is CircuitPython {version}, but the charger runs on 9.2.0 to 10.x"
    ):
        check_suits(read(image_for(C6, version)), C6)


def test_a_version_before_its_release_is_taken_like_the_release(read):
    assert check_suits(read(image_for(C6, "10.2.0-beta.1")), C6)


def test_a_board_that_came_later_needs_its_first_version(read):
    with pytest.raises(ChargerctlError, match=r"runs on 9\.2\.1 to 10\.x"):
        check_suits(read(image_for(PICO_2, "9.2.0")), PICO_2)


# What is damaged, or is something else.


def test_what_is_no_image_is_refused(refused, tmp_path):
    assert "not an image of CircuitPython" in refused(b"")
    assert "not an image of CircuitPython" in refused(b"<!DOCTYPE html>" * 100)
    with pytest.raises(InputError, match="not a file"):
        read_image(tmp_path)


def test_a_program_that_is_not_circuitpython_is_refused(refused):
    assert "not CircuitPython" in refused(uf2(b"blink" * 500, family("rp2040")))


@pytest.mark.parametrize("board_id", [C6, S3, PICO])
def test_a_download_that_is_not_complete_is_refused(refused, board_id):
    data = image_for(board_id)
    for size in (len(data) - 1, len(data) - 512, len(data) // 2, 512, 24):
        assert "not an image of CircuitPython that can be installed: it" in refused(data[:size])


def test_a_uf2_that_lacks_a_block_or_has_one_twice_is_refused(refused):
    data = image_for(PICO)
    assert "lacks blocks" in refused(data[512:])
    assert "lacks blocks" in refused(data + data[:512])


def test_a_uf2_whose_blocks_overlap_or_leave_gaps_is_refused(refused):
    def two(second):
        blocks = (
            uf2_block(bytes(256), family("rp2040"), at, number, 2) for number, at in enumerate((0, second))
        )
        return b"".join(blocks)

    assert "overlap, or leave gaps" in refused(two(128))
    assert "overlap, or leave gaps" in refused(two(512))


def test_a_uf2_for_an_unknown_chip_or_for_several_is_refused(refused):
    assert "0x12345678" in refused(uf2(texts(PICO), 0x12345678))
    assert "several chips" in refused(
        uf2(texts(PICO), family("rp2040")) + uf2(texts(PICO_2), family("rp2350"))
    )
    assert "which chip" in refused(uf2_block(bytes(256), 0, 0, 0, 1, flags=0))


def test_blocks_that_work_around_a_fault_of_the_rp2350_do_not_count(read):
    first = uf2_block(bytes(256), ABSOLUTE, 0x10FF_FF00, 0, 2)
    assert read(first + image_for(PICO_2)).board_id == PICO_2


def test_a_uf2_whose_program_is_for_another_chip_is_refused(refused):
    program = esp_program("esp32s2", texts(S3))
    assert "not the program in them" in refused(uf2(program, family("esp32s3"), start=0))


def test_a_bin_with_another_chip_in_its_program_is_refused(refused):
    data = esp_flash(C6)
    program = esp_program("esp32c3", texts(C6))
    assert "bootloader is for esp32c6, its program for esp32c3" in refused(data[:0x10000] + program)


def test_a_program_without_a_hash_has_its_checksum(read, refused):
    program = esp_program("esp32s3", texts(S3), hashed=False)
    assert read(uf2(program, family("esp32s3"), start=0)).board_id == S3
    damaged = program.replace(b"some text", b"sume text")
    assert "the checksum of its program at 0x0 is wrong" in refused(uf2(damaged, family("esp32s3"), start=0))


def test_a_bin_without_partitions_is_refused(refused):
    assert "not a whole image" in refused(esp_program("esp32c6", texts(C6)))


def test_a_bin_that_needs_more_flash_than_it_says_there_is_is_refused(refused):
    assert "needs 4,194,304 bytes of flash, but says that there are 2,097,152" in refused(
        esp_flash(C6, flash=1)
    )


def test_a_file_larger_than_any_flash_is_refused(refused):
    assert "larger than any board's flash" in refused(bytes((32 << 20) + 1))


@given(st.binary(max_size=5000), st.sampled_from(["", "uf2", "esp"]))
def test_rubbish_is_refused_in_one_line(tmp_path_factory, rubbish, kind):
    start = {"": b"", "uf2": b"UF2\nWQ]\x9e", "esp": b"\xe9\x02\x02\x20"}[kind]
    check(tmp_path_factory, start + rubbish)


@given(st.sampled_from([C6, S3, PICO, PICO_2]), st.data())
def test_a_damaged_image_is_refused_or_still_for_the_same_chip(tmp_path_factory, board_id, data):
    whole = bytearray(image_for(board_id))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] ^= data.draw(st.integers(1, 255))
    found = check(tmp_path_factory, bytes(whole))
    assert found is None or found.chip == BOARDS[board_id].chip


@given(st.sampled_from(["esp32c6", "esp32s3"]), st.data())
def test_no_damaged_program_of_an_esp32_gets_through(tmp_path_factory, chip, data):
    whole = bytearray(esp_flash(C6, chip=chip))
    at = data.draw(st.integers(0x10000, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    assert check(tmp_path_factory, bytes(whole)) is None


def check(folders, data):
    """The image, or None where it was refused properly."""
    path = folders.getbasetemp() / "rubbish"
    path.write_bytes(data)
    try:
        return read_image(path)
    except InputError as refused:
        said = str(refused)
    assert "\n" not in said
    return None
