# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The end of a deploy to a board that is not a drive: its outputs are driven safe, it is written, and it has to start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from chargerctl.boards.address import SerialPort
from chargerctl.boards.boot_out import BootOut
from chargerctl.boards.named import NamedBoard
from chargerctl.cli.deploy_all import deploy_all
from chargerctl.cli.output import Answer, Output
from chargerctl.cli.run_plan import Manner, run_plan
from chargerctl.deploy.image import Image
from chargerctl.deploy.opening import OpenDrive
from chargerctl.deploy.troubles import StoppedError
from chargerctl.transport.volume import Restarted

from tests.host.deploy.virtual import FACTORY, LOCK, RELAY, plan
from tests.host.transport.faulty import FaultyVolume


class Board:
    """A volume that tells what happens to it."""

    def __init__(self, image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("chargerctl.cli.run_plan.state_folder", lambda: tmp_path)
        self.volume = FaultyVolume(FACTORY)
        self.driven: Mapping[str, tuple[str, bool]] = {}
        self._image = image

    def deploy(self, restart: Callable[[], Restarted]) -> Answer:
        planned = plan(self.volume, self._image)
        boot = BootOut.read(FACTORY["boot_out.txt"] or b"")
        drive = OpenDrive(SerialPort("ttyACM0"), self.volume, boot, restart, drive_safe=self._drive_safe)
        return run_plan(drive, planned, [], Manner(False, True, Output()))

    def _drive_safe(self, outputs: Mapping[str, tuple[str, bool]]) -> None:
        assert self.volume.tree() == FACTORY
        self.driven = outputs


@pytest.fixture
def board(new_image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Board:
    return Board({"code.py": new_image["code.py"]}, tmp_path, monkeypatch)


def test_the_outputs_of_the_board_are_driven_safe_before_anything_is_written(board: Board) -> None:
    board.deploy(lambda: Restarted("it runs"))
    assert board.driven == {"relay": (RELAY, False), "lock": (LOCK, False)}
    assert board.volume.tree() != FACTORY


def test_a_board_that_starts_ends_the_deploy_well(board: Board) -> None:
    answer = board.deploy(lambda: Restarted("it runs"))
    assert (answer.status, list(answer.lines), list(answer.notes)) == (0, ["done; it runs"], [])
    assert isinstance(answer.value, dict)
    assert answer.value["restarted"] == {"text": "it runs", "well": True}


def test_a_board_that_does_not_start_is_a_warning_and_a_failure(board: Board) -> None:
    answer = board.deploy(lambda: Restarted("it says nothing", well=False))
    assert (answer.status, list(answer.lines)) == (1, [])
    assert list(answer.notes) == ["warning: everything was written, but it says nothing"]
    assert isinstance(answer.value, dict)
    assert answer.value["restarted"] == {"text": "it says nothing", "well": False}


def test_ctrl_c_while_the_board_starts_says_that_everything_is_written(board: Board) -> None:
    def stopped() -> Restarted:
        raise KeyboardInterrupt

    with pytest.raises(StoppedError, match="Everything was written"):
        board.deploy(stopped)


def test_one_of_all_boards_that_does_not_start_is_a_failure_of_all() -> None:
    boards = [NamedBoard(name, SerialPort(name), None) for name in ("left", "right")]
    answers = {"left": Answer({}, ["done; it runs"]), "right": Answer({}, notes=["warning"], status=1)}
    answer = deploy_all(Output(), boards, lambda address: answers[str(address)])
    assert answer.status == 1
    assert list(answer.lines)[1:] == ["left   deployed", "right  written, but it does not seem to run"]
