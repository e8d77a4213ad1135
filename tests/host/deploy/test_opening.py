# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every command that takes --drive finds, locks and names a drive alike, and none reads half a deploy."""

from __future__ import annotations

from pathlib import Path

import pytest
from chargerctl.boards.address import Folder
from chargerctl.boards.boot_out import BOOT_OUT
from chargerctl.cli.main import main
from chargerctl.deploy.backup import unpack
from chargerctl.deploy.lock import locked
from chargerctl.deploy.records import COMMIT

from tests.host.commands import Run, contents

# Each with what it needs beside --drive.
COMMANDS = {
    "deploy": ["deploy", "--yes"],
    "rollback": ["rollback", "--yes"],
    "backup": ["backup", "--to", "backup.zip"],
    "restore": ["restore", "saved.zip", "--yes"],
    "config pull": ["config", "pull"],
    "simulate": ["simulate", "--script", "short.script"],
    "traceback": ["traceback", "short.script"],
}


@pytest.fixture
def deployed(run: Run, drive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A drive on which each of the commands would do something."""
    assert run("deploy")[0] == 0
    assert run("backup", "--to", str(tmp_path / "saved.zip"))[0] == 0
    (tmp_path / "short.script").write_text("expect status Available within 30\n")
    return drive


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]):
    def said(command: str, where: object) -> tuple[int, str]:
        status = main([*COMMANDS[command], "--drive", str(where)])
        return status, capsys.readouterr().err

    return said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_drive_that_another_chargerctl_works_on_is_refused(
    said, deployed: Path, state: Path, command: str
) -> None:
    before = contents(deployed)
    with locked(Folder(deployed), state):
        status, err = said(command, deployed)
    assert (status, "is locked: another chargerctl is working on it" in err) == (1, True), err
    assert contents(deployed) == before


@pytest.mark.parametrize(("command", "status"), [("backup", 0), ("traceback", 0), ("config pull", 1)])
def test_what_only_reads_reports_an_unfinished_deploy_and_only_pull_refuses_it(
    said, deployed: Path, tmp_path: Path, command: str, status: int
) -> None:
    """The settings.toml may be the old one beside the new manifest, or the other way round; a backup has both."""
    (deployed / COMMIT).parent.mkdir()
    (deployed / COMMIT).write_text("any steps")
    (deployed / "mine.txt").write_text("my own")
    before = contents(deployed), (tmp_path / "settings.toml").read_bytes()
    found, err = said(command, deployed)
    assert (found, f"run `chargerctl deploy --drive {deployed}` to finish it" in err) == (status, True), err
    assert (contents(deployed), (tmp_path / "settings.toml").read_bytes()) == before
    if command == "backup":
        assert {"mine.txt", "settings.toml", "code.py"} <= set(unpack(Path("backup.zip")).image)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("address", "status", "reason"),
    [
        ("ftp://circuitpython.local", 2, "does not support ftp: addresses"),
        ("", 2, "--drive is empty"),
        ("CIRCUITPY9", 2, "CIRCUITPY9 does not exist: plug the board in"),
        ("short.script", 2, "short.script is a file: name the folder"),
        ("circle", 2, "circle is a link that leads nowhere: name the folder"),
        ("x" * 5000, 1, "xxx... is too long for a name: name the folder"),
    ],
)
def test_an_address_that_is_no_folder_is_refused_with_the_reason(
    said, deployed: Path, command: str, address: str, status: int, reason: str
) -> None:
    Path("circle").symlink_to("circle")
    found, err = said(command, address)
    assert (found, reason in err, err.count("\n")) == (status, True, 1), err
    assert len(err) < 500


def test_from_a_folder_that_is_gone_a_relative_drive_is_not_found(
    said, tmp_path: Path, deployed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    found, err = said("traceback", "CIRCUITPY")
    assert (found, "the current folder does not exist any more" in err, err.count("\n")) == (2, True, 1), err


def test_a_folder_in_place_of_boot_out_txt_is_not_said_to_be_written(said, deployed: Path) -> None:
    (deployed / BOOT_OUT).unlink()
    (deployed / BOOT_OUT).mkdir()
    found, err = said("backup", deployed)
    assert (found, "is not the file that should be there" in err, "written" in err) == (1, True, False), err


@pytest.mark.parametrize(("kind", "what"), [("link", "a link"), ("folder", "a folder")])
def test_a_pull_says_what_is_in_place_of_the_settings(said, deployed: Path, kind: str, what: str) -> None:
    settings = deployed / "settings.toml"
    settings.unlink()
    settings.symlink_to("elsewhere") if kind == "link" else settings.mkdir()
    found, err = said("config pull", deployed)
    assert (found, f"settings.toml: is {what}" in err) == (2, True), err


def test_a_folder_may_have_a_colon_in_its_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "serial:x").mkdir()
    assert run("deploy", at=tmp_path / "serial:x")[0] == 0


def test_one_folder_spelled_in_two_ways_is_one_drive(deployed: Path, state: Path, said) -> None:
    with locked(Folder(deployed / ".." / deployed.name), state):
        assert said("backup", deployed)[0] == 1
