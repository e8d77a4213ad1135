# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware on the serial board, with the drive of an interrupted deploy."""

from __future__ import annotations

import re

import pytest
from chargerctl.boards.boot_out import BOOT_OUT

from tests.host.deploy.virtual import BOARD, FACTORY, LOCK, RELAY, deploy, live
from tests.host.serial_board.board import SerialBoard
from tests.host.serial_board.firmware import Firmware
from tests.host.serial_board.host import at_work
from tests.host.transport.faulty import FaultyVolume


@pytest.fixture
def tree(new_tree):
    """The drive after a deploy, with what the board writes there by itself left out."""
    return {path: content for path, content in new_tree.items() if path != BOOT_OUT}


@pytest.fixture
def older(new_image):
    """The drive with another code.py."""
    volume = FaultyVolume(FACTORY)
    deploy(volume, new_image | {"code.py": new_image["code.py"] + b"# older\n"})
    return volume.tree()


def test_the_firmware_answers_what_is_typed_at_the_port(board, tree, tmp_path):
    host = board(tree, program=Firmware(tmp_path))
    assert re.search(rb"asked  relay open, .*\r\n", host.type_for(b"?relay\r", 5))


def test_the_firmware_boots_from_the_boards_drive_and_the_console_has_its_lines(board, tree, tmp_path):
    firmware = Firmware(tmp_path)
    host = board(tree, program=firmware)
    host.enter()
    host.run("f = open('/settings.toml', 'a')", "f.write('# one more line\\n')", "f.close()")
    host.board.reset()
    host.board.sleep(1)
    host.open()
    host.board.sleep(2)
    assert b"boot   firmware" in host.port.read(host.port.in_waiting)
    assert host.board.disk.tree()["settings.toml"].endswith(b"# one more line\n")
    assert not firmware.bench.ever_high


def test_a_deploy_asks_the_firmware_to_hold_the_relay_and_sees_the_new_one_boot(older, new_image, tmp_path):
    firmware = Firmware(tmp_path, BOARD, (RELAY, LOCK))
    board = SerialBoard(older, board=BOARD, program=firmware)
    with board, at_work(board, force=False) as (volume, restart):
        deploy(volume, new_image)
        said, well = restart()
    assert well
    assert "boot   firmware" in said
    assert any("relay open, no transaction, held open for" in line for line in firmware.said)
    to_a_drive = FaultyVolume(older)
    deploy(to_a_drive, new_image)
    assert live(firmware.bench.tree()) == live(to_a_drive.tree())
    assert not firmware.bench.ever_high
