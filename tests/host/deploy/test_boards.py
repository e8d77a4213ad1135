# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every board of the catalogue gets its drive from what is installed here: without a bundle, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chargerctl.boards import reach
from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.boards.catalogue import BOARDS, Board
from chargerctl.cli.main import main
from chargerctl.deploy.records import COMMIT, MANIFEST
from chargerctl.settings.board_file import read_board_file
from chargerctl.transport.volume import Volume

from tests.conftest import FreshLaptop
from tests.host.transport.fat import FatFormat, format_image
from tests.host.transport.fat_image import opened_image

CONFIG = '[wifi]\nssid = "home"\n[charger]\nserial = "t-1"\n[mqtt]\nbroker = "10.0.0.2"\n'
# CircuitPython's mark, the format of 9.x and 10.x, no native code, small integers of 31 bits.
MPY_HEADER = b"C\x06\x00\x1f"


@pytest.fixture(params=BOARDS.values(), ids=lambda board: board.board_id)
def board(request: pytest.FixtureRequest) -> Board:
    return request.param


@pytest.fixture
def drive(
    board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_laptop: FreshLaptop
) -> Iterator[Volume]:
    """A drive of this board's size and clusters, new from the factory; the command line opens it as CIRCUITPY."""
    fresh_laptop(tmp_path / "config")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.toml").write_text(CONFIG)
    image = format_image(tmp_path / "drive.img", FatFormat(board.filesystem_kb, board.cluster, 12))
    with opened_image(image) as volume:
        volume.write(BOOT_OUT, BootOut.assumed(board.board_id).render().encode())
        volume.write("code.py", b"print('Hello World!')\n")
        volume.sync([""])
        (tmp_path / "CIRCUITPY").mkdir()
        monkeypatch.setattr(reach, "FolderVolume", lambda folder: volume)
        yield volume


def test_a_deploy_fits_is_whole_and_leaves_no_trace_of_itself(
    board: Board, drive: Volume, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["deploy", "--drive", "CIRCUITPY", "--yes", "--force", "--libs", "wheels"]) == 0
    said = capsys.readouterr().out
    assert "in place" not in said
    sizes = drive.list().files
    compiled = [path for path in sizes if path.endswith(".mpy")]
    assert {drive.read(path)[:4] for path in compiled} <= {MPY_HEADER}
    settings = read_board_file(drive.read("settings.toml")).values
    assert {"code.py", "boot.py", "safemode.py", "hold.py", "settings.toml", MANIFEST} < set(sizes)
    assert COMMIT not in sizes
    modules = {path.rpartition(".")[0] for path in sizes}
    assert {"charger/core", "charger/net/mqtt", "lib/adafruit_minimqtt/adafruit_minimqtt"} < modules
    assert settings["CIRCUITPY_PYSTACK_SIZE"] == "2048"
    assert ("CIRCUITPY_BLE_WORKFLOW" in settings) is board.bluetooth_open
