# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The boot drive that a .uf2 is copied to."""

from __future__ import annotations

import shutil

import pytest
from chargerctl.boards.catalogue import BOARDS
from chargerctl.errors import ChargerctlError
from chargerctl.install.boot_drive import copy_image, read_boot_drive, the_boot_drive

from tests.host.install.images import RP2040, RP2350

FEATHER_S3 = (
    "TinyUF2 Bootloader 0.18.2 - tinyusb (0.15.0)\r\nModel: Adafruit Feather ESP32-S3\r\n"
    "Board-ID: ESP32S3-Feather-revC\r\nFlash Size: 0x00400000 bytes\r\n"
)
QTPY_S2 = "TinyUF2 Bootloader 0.10.2\r\nModel: Adafruit QT Py ESP32-S2\r\nBoard-ID: ESP32S2-QTPY-revA\r\n"
PICO = BOARDS["raspberry_pi_pico_w"]


@pytest.fixture
def drive(tmp_path):
    """drive(text, name) -> a folder with this INFO_UF2.TXT."""

    def make(text=RP2040, name="RPI-RP2"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "INFO_UF2.TXT").write_text(text)
        return folder

    return make


@pytest.mark.parametrize(
    ("text", "chip"), [(RP2040, "rp2040"), (RP2350, "rp2350"), (FEATHER_S3, "esp32s3"), (QTPY_S2, "esp32s2")]
)
def test_its_chip_is_in_its_info(drive, text, chip):
    assert read_boot_drive(drive(text)).chip == chip


def test_a_bootloader_of_another_kind_has_no_known_chip(drive):
    assert (
        read_boot_drive(drive("UF2 Bootloader v1\r\nModel: Metro M4\r\nBoard-ID: SAMD51J19A-v0")).chip == ""
    )


def test_the_only_boot_drive_is_taken(drive, tmp_path):
    folder, other = drive(), tmp_path / "CIRCUITPY"
    other.mkdir()
    assert the_boot_drive(None, [other, folder, tmp_path / "gone"], PICO).folder == folder


def test_none_is_told_with_what_to_press(tmp_path):
    with pytest.raises(ChargerctlError, match="no boot drive found: hold BOOTSEL while you plug"):
        the_boot_drive(None, [tmp_path], PICO)
    with pytest.raises(ChargerctlError, match="press the board's reset button, and once more"):
        the_boot_drive(None, [tmp_path], BOARDS["adafruit_feather_esp32s2"])


def test_several_are_listed(drive):
    places = [drive(), drive(name="second")]
    with pytest.raises(ChargerctlError, match=r"2 boot drives found: choose one with --drive PATH: .*second"):
        the_boot_drive(None, places, PICO)
    assert the_boot_drive(places[1], places, PICO).folder == places[1]


@pytest.mark.parametrize("text", [RP2350, FEATHER_S3, "Board-ID: SAMD51J19A-v0"])
def test_one_of_another_chip_is_refused(drive, text):
    with pytest.raises(ChargerctlError, match=r"not of raspberry_pi_pico_w \(rp2040\)"):
        the_boot_drive(None, [drive(text)], PICO)


def test_an_info_that_is_a_link_is_not_followed(drive, tmp_path):
    folder = drive()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "INFO_UF2.TXT").symlink_to(folder / "INFO_UF2.TXT")
    assert read_boot_drive(elsewhere) is None


def test_a_copy_is_done_when_the_drive_has_gone(drive):
    folder = drive()
    seen, steps = [], []

    def board_takes_it(seconds):
        seen.append((folder / "CIRCUITPY.UF2").read_bytes())
        shutil.rmtree(folder)

    copy_image(read_boot_drive(folder), bytes(200_000), steps.append, board_takes_it)
    assert seen == [bytes(200_000)]
    assert sum(steps) == 200_000


def test_a_board_that_does_not_take_it_is_told(drive):
    waited = []
    with pytest.raises(ChargerctlError, match="the board has not restarted"):
        copy_image(read_boot_drive(drive()), b"x", lambda count: None, waited.append)
    assert sum(waited) == 20


def test_a_drive_that_goes_in_between_is_told(drive):
    folder = drive()
    found = read_boot_drive(folder)
    shutil.rmtree(folder)
    with pytest.raises(ChargerctlError, match=r"cannot be written: .*run this again"):
        copy_image(found, b"x", lambda count: None, lambda seconds: None)
