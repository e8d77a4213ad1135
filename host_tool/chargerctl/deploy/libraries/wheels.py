# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's libraries as source files, from the packages installed beside chargerctl."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from chargerctl.deploy.image import Image, firmware_image
from chargerctl.deploy.libraries.remembered import Search, remembered
from chargerctl.deploy.libraries.requirements import belongs_on_board, required_libraries
from chargerctl.errors import ChargerctlError

if TYPE_CHECKING:
    from importlib.metadata import Distribution


@cache
def wheel_libraries(state: Path | None = None) -> Image:
    """{"lib/adafruit_ntp.py": source, ...}: the files of the required modules, and of what they need, that the firmware
    imports. Raises ChargerctlError when one is not installed. state: a folder to remember the search in.
    """
    found = remembered(state, firmware_image(), _search) if state else _search()
    return {path: Path(place).read_bytes() for path, place in found.found.items()}


def _search() -> Search:
    # Slow to load, and not needed where the search is remembered.
    from chargerctl.deploy.libraries.imports import reached

    places: dict[str, str] = {}
    seen: set[str] = set()
    waiting = [_distribution_of(name) for name in required_libraries()]
    done: set[str] = set()
    while waiting:
        distribution = waiting.pop()
        name = _canonical(distribution.name)
        if name in done or not belongs_on_board(name):
            continue
        done.add(name)
        files = distribution.files
        if files is None:
            raise ChargerctlError(
                f"the installation of {name} has no list of its files: reinstall chargerctl"
            )
        for file in files:
            if file.suffix == ".py" and ".." not in file.parts:
                places[f"lib/{file.as_posix()}"] = str(file.locate())
            elif file.name in ("METADATA", "RECORD"):
                seen.add(str(file.locate()))
        waiting.extend(_distribution(each) for each in _requirements(distribution) if belongs_on_board(each))
    image = firmware_image() | {path: Path(place).read_bytes() for path, place in places.items()}
    imported = reached(image)
    return Search(
        {path: place for path, place in places.items() if path in imported}, seen | set(places.values())
    )


def _distribution_of(module: str) -> Distribution:
    """The installed package that a module of the board is in."""
    from importlib import metadata

    try:  # the name that Adafruit gives it; to look into every package on this machine takes long
        return metadata.distribution(
            f"adafruit-circuitpython-{module.removeprefix('adafruit_').replace('_', '-')}"
        )
    except metadata.PackageNotFoundError:
        owners = metadata.packages_distributions().get(module)
    if not owners:
        raise ChargerctlError(
            f"the library {module} is not installed: reinstall chargerctl, or use --libs bundle with a network"
        )
    return _distribution(owners[0])


def _distribution(name: str) -> Distribution:
    from importlib import metadata

    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        raise ChargerctlError(f"the library {name} is not installed: reinstall chargerctl") from None


def _canonical(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _requirements(distribution: Distribution) -> list[str]:
    """The distributions this one needs, extras left out."""
    lines = distribution.requires or []
    return [re.split(r"[\s<>=!~;\[(]", line, maxsplit=1)[0] for line in lines if "extra ==" not in line]
