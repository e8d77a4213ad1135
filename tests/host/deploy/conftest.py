# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Drives before and after a deploy, and a board to boot whatever is in between."""

from __future__ import annotations

from pathlib import Path

import pytest
from chargerctl.boards.find import BOOT_OUT
from chargerctl.cli.main import main
from chargerctl.deploy import boot_out_text
from chargerctl.deploy.image import Image, firmware_image
from chargerctl.deploy.requirements import required_libraries
from chargerctl.deploy.wheels import wheel_libraries

from tests.conftest import FreshLaptop
from tests.host.deploy.commands import CONFIG, SECRET, Run
from tests.host.deploy.faulty import FaultyVolume, Tree
from tests.host.deploy.virtual import FACTORY, Bench, deploy


@pytest.fixture(scope="session")
def new_image() -> Image:
    return firmware_image() | wheel_libraries(required_libraries())


@pytest.fixture(scope="session")
def old_image(new_image: Image) -> Image:
    """An older version: every program text differs, some files have gone since, one is new since."""
    old = {path: content + b"# older\n" for path, content in new_image.items()}
    del old["lib/adafruit_ticks.py"]
    old["lib/adafruit_ticks.mpy"] = b"C\x06\x00\x1f compiled"
    old["charger/gone/since.py"] = b"pass\n"
    # What it needs of the one that is missing, so that the older version runs too.
    old["adafruit_ticks.py"] = new_image["lib/adafruit_ticks.py"]
    return old


@pytest.fixture(scope="session")
def old_tree(old_image: Image) -> Tree:
    volume = FaultyVolume(FACTORY)
    deploy(volume, old_image)
    return volume.tree()


@pytest.fixture(scope="session")
def new_tree(old_tree: Tree, new_image: Image) -> Tree:
    volume = FaultyVolume(old_tree)
    deploy(volume, new_image)
    return volume.tree()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_laptop: FreshLaptop) -> Path:
    """Where chargerctl remembers things; settings.toml in the current folder; no libraries from a network."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.toml").write_text(CONFIG)
    monkeypatch.setenv("CHARGERCTL_DEPLOY_LIBS", "wheels")
    return fresh_laptop(tmp_path / "config")


@pytest.fixture
def drive(state: Path, tmp_path: Path) -> Path:
    """A factory drive."""
    folder = tmp_path / "CIRCUITPY"
    folder.mkdir()
    (folder / BOOT_OUT).write_text(boot_out_text("raspberry_pi_pico2_w") + "UID:E66164084373532B\r\n")
    (folder / "code.py").write_text("print('Hello World!')\n")
    return folder


@pytest.fixture
def run(drive: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str, at: Path | None = drive, yes: bool = True) -> tuple[int, str, str]:
        where: tuple[str, ...] = ("--drive", str(at)) if at else ()
        where += ("--yes",) if yes and arguments[0] in ("deploy", "rollback", "restore") else ()
        status = main([arguments[0], *where, *arguments[1:]])
        captured = capsys.readouterr()
        assert SECRET not in captured.out + captured.err
        return status, captured.out, captured.err

    return run
