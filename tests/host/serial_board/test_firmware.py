# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware on the serial board, with the drive of an interrupted deploy."""

from __future__ import annotations

from chargerctl.boards.boot_out import BOOT_OUT

from tests.host.serial_board.firmware import Firmware


def test_the_firmware_boots_from_the_boards_drive_and_the_console_has_its_lines(board, new_tree, tmp_path):
    tree = {path: content for path, content in new_tree.items() if path != BOOT_OUT}
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
