# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which of the mounted places are drives of boards, and whether they can be written."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.boards.find import READ_ONLY, boards_drives, is_read_only
from chargerctl.boards.sightings import Deployed
from chargerctl.deploy.deployed import deployed_on
from chargerctl.deploy.image import SETTINGS_FILE
from chargerctl.deploy.records import MANIFEST, Manifest


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    folder = tmp_path / "CIRCUITPY"
    folder.mkdir()
    (folder / BOOT_OUT).write_text(BootOut("10.1.3", "raspberry_pi_pico2_w", "E66164084373532B").render())
    return folder


def nothing(read: object) -> None:
    return None


def test_a_place_without_a_board_or_that_cannot_be_read_is_passed_over(drive: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / BOOT_OUT)
    places = [tmp_path, drive, tmp_path / "gone", drive / BOOT_OUT]
    assert [found.folder for found in boards_drives(places, nothing)] == [drive]


def test_a_drive_that_vanishes_while_it_is_looked_at_is_passed_over(drive: Path) -> None:
    def gone(place: Path) -> bool:
        raise OSError(5, "Input/output error")

    assert boards_drives([drive], nothing, gone) == []


def test_a_drive_that_the_program_owns_says_so(drive: Path) -> None:
    (found,) = boards_drives([drive], nothing, lambda place: True)
    assert found.problem == READ_ONLY


@pytest.mark.skipif(not hasattr(os, "statvfs"), reason="Windows tells it in another way")
@pytest.mark.parametrize(("flag", "read_only"), [(getattr(os, "ST_RDONLY", 1), True), (0, False)])
def test_the_system_tells_how_a_drive_is_mounted(
    drive: Path, monkeypatch: pytest.MonkeyPatch, flag: int, read_only: bool
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda place: SimpleNamespace(f_flag=flag))
    assert is_read_only(drive) is read_only


def files(**content: bytes):
    there = {MANIFEST: content.get("manifest"), SETTINGS_FILE: content.get("settings")}

    def read(path: str) -> bytes:
        if there[path] is None:
            raise FileNotFoundError(path)
        return there[path]

    return read


DEPLOYED = Manifest({}, version="0.1.0").render()


@pytest.mark.parametrize(
    ("read", "found"),
    [
        (files(), None),
        (files(settings=b'CHARGER_SERIAL = "x"\n'), None),
        (files(manifest=b"rubbish"), None),
        (files(manifest=DEPLOYED), Deployed("", "", "0.1.0")),
        (
            files(manifest=DEPLOYED, settings=b'CHARGER_SERIAL = "g-1"\nCHARGER_NAME = "Garage left"\n'),
            Deployed("g-1", "Garage left", "0.1.0"),
        ),
        (files(manifest=DEPLOYED, settings=b"\xff\xfe[[[" * 50000), Deployed("", "", "0.1.0")),
    ],
)
def test_what_is_deployed_is_read_from_two_small_files(read, found: Deployed | None) -> None:
    assert deployed_on(read) == found


def test_a_name_of_a_charger_is_a_strangers_text() -> None:
    name = "x" * 500 + "\\n"
    found = deployed_on(files(manifest=DEPLOYED, settings=f'CHARGER_NAME = "{name}"\n'.encode()))
    assert found is not None
    assert len(found.name) == 80
