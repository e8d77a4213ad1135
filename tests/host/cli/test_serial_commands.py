# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Commands with --port, as they are typed, on a board behind a real pseudo-terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from chargerctl.boards.boot_out import BootOut
from chargerctl.cli.main import main
from chargerctl.deploy.backup import unpack

from tests.host.commands import SECRET
from tests.host.serial_board.board import SerialBoard
from tests.host.transport.faulty import Tree

BOARD = "seeed_xiao_esp32c6"
FACTORY: Tree = {
    "boot_out.txt": (BootOut.assumed(BOARD).render() + "UID:4022D8A1B2C3\r\n").encode(),
    "code.py": b"print('Hello World!')\n",
    "settings.toml": f'CHARGER_WIFI_PASSWORD = "{SECRET}"\n'.encode(),
    "lib": None,
}
Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types a command at the port where the board is now."""

    def run(board: SerialBoard, *words: str) -> tuple[int, str, str]:
        dev = tmp_path / "dev"
        dev.mkdir(exist_ok=True)
        with board.plugged(dev):
            port = dev / "ttyACM0"
            while not (there := sorted(dev.iterdir())):
                board.sleep(0.1)
            port = there[0]
            status = main([*words, "--port", str(port), "--force"])
        board.sleep(5)
        captured = capsys.readouterr()
        assert SECRET not in captured.out + captured.err
        return status, captured.out, captured.err

    return run


def test_a_board_without_a_drive_is_looked_at_and_backed_up(
    state: Path, tmp_path: Path, typed: Typed
) -> None:
    with SerialBoard(FACTORY) as board:
        status, out, _ = typed(board, "ls")
        assert (status, "code.py" in out, "bytes free" in out) == (0, True, True)
        assert typed(board, "get", "code.py")[:2] == (0, "print('Hello World!')\n")
        assert typed(board, "get", "settings.toml")[0] == 0
        assert typed(board, "backup", "--to", str(tmp_path / "all.zip"))[0] == 0
        assert unpack(tmp_path / "all.zip").image["code.py"] == FACTORY["code.py"]
        assert (board.disk.tree(), board.resets) == (FACTORY, 4)


# The board that is restored has no charger, so its start is awaited for a whole minute.
@pytest.mark.soak
def test_changes_come_from_it_and_a_backup_goes_back_to_it(state: Path, tmp_path: Path, typed: Typed) -> None:
    changed = FACTORY | {"settings.toml": b'CHARGER_WIFI_SSID = "garage"\nCHARGER_SERIAL = "test-1"\n'}
    with SerialBoard(changed) as board:
        status, out, err = typed(board, "config", "pull", "--dry-run", "--keep", "drive")
        assert status == 0, err
        assert "garage" in out + err
        assert typed(board, "backup", "--to", str(tmp_path / "all.zip"), "--with-secrets")[0] == 0
        (tmp_path / "console.log").write_text("Traceback (most recent call last):\n")
        status, _, err = typed(board, "traceback", str(tmp_path / "console.log"))
        assert (status, "has no folder charger/" in err) == (1, True)
    with SerialBoard(FACTORY) as board:
        status, out, err = typed(board, "restore", "--yes", str(tmp_path / "all.zip"))
        assert board.disk.tree()["settings.toml"] == changed["settings.toml"], out + err
        assert not [path for path in board.disk.tree() if path.startswith(".deploy")]


@pytest.mark.soak
def test_a_board_without_a_drive_is_deployed_to_and_rolled_back(state: Path, typed: Typed) -> None:
    with SerialBoard(FACTORY) as board:
        status, out, err = typed(board, "deploy", "--yes", "--keep", "laptop")
        assert status == 0, err
        assert "seeed_xiao_esp32c6, CircuitPython" in out
        assert "KB written" in err
        assert "the board was reset" in out
        assert {"boot.py", "charger/loop.mpy", ".chargerctl"} <= board.disk.tree().keys()
        assert not [path for path in board.disk.tree() if path.startswith(".deploy")]
        assert 'CHARGER_SERIAL = "test-1"' in typed(board, "get", "settings.toml")[1]
        assert typed(board, "rollback", "--yes")[0] == 0
        assert board.disk.tree()["code.py"] == FACTORY["code.py"]
        assert not [path for path in board.disk.tree() if path.startswith("charger")]


def test_a_port_that_is_not_there_is_one_line(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ls", "--port", str(tmp_path / "ttyACM0")]) == 1
    err = capsys.readouterr().err
    assert ("is not there, or is no serial port: plug the board in" in err, err.count("\n")) == (True, 1)
