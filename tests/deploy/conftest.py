# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Drives before and after a deploy, and a board to boot whatever is in between."""

from __future__ import annotations

from pathlib import Path

import pytest
from chargerctl.deploy.image import Image, firmware_image
from chargerctl.deploy.requirements import required_libraries
from chargerctl.deploy.wheels import wheel_libraries

from tests.deploy.faulty import FaultyVolume, Tree
from tests.deploy.virtual import FACTORY, Bench, deploy


@pytest.fixture(scope="session")
def new_image() -> Image:
    return firmware_image() | wheel_libraries(required_libraries())


@pytest.fixture(scope="session")
def old_image(new_image: Image) -> Image:
    """An older version: every program text differs, some files have gone since, one is new since."""
    old = {path: content + b"# older\n" for path, content in new_image.items()}
    del old["lib/adafruit_ticks.py"]
    old["lib/adafruit_ticks.mpy"] = b"C\x06 compiled"
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
