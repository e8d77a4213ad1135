# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's libraries as source files, from the packages installed beside chargerctl."""

from __future__ import annotations

import re
from functools import cache
from importlib import metadata

from chargerctl.deploy.image import firmware_image
from chargerctl.deploy.libraries.imports import reached
from chargerctl.deploy.libraries.requirements import belongs_on_board, required_libraries
from chargerctl.errors import ChargerctlError


@cache
def wheel_libraries() -> dict[str, bytes]:
    """{"lib/adafruit_ntp.py": source, ...}: the files of the required modules, and of what they need, that the firmware
    imports. Raises ChargerctlError when one is not installed.
    """
    owners = metadata.packages_distributions()
    files: dict[str, bytes] = {}
    waiting = [_distribution_of(name, owners) for name in required_libraries()]
    seen: set[str] = set()
    while waiting:
        distribution = waiting.pop()
        name = _canonical(distribution)
        if name in seen or not belongs_on_board(name):
            continue
        seen.add(name)
        files.update(_sources(distribution))
        waiting.extend(_requirements(distribution))
    imported = reached(firmware_image() | files)
    return {path: source for path, source in files.items() if path in imported}


def _distribution_of(module: str, owners: metadata.PackagePath | object) -> str:
    found = owners.get(module) if hasattr(owners, "get") else None
    if not found:
        raise ChargerctlError(
            f"the library {module} is not installed: reinstall chargerctl, or use --libs bundle with a network"
        )
    return str(found[0])


def _canonical(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _requirements(distribution: str) -> list[str]:
    """The distributions this one needs, extras left out."""
    lines = metadata.requires(distribution) or []
    return [re.split(r"[\s<>=!~;\[(]", line, maxsplit=1)[0] for line in lines if "extra ==" not in line]


def _sources(distribution: str) -> dict[str, bytes]:
    files = metadata.files(distribution)
    if files is None:
        raise ChargerctlError(
            f"the installation of {distribution} has no list of its files: reinstall chargerctl"
        )
    return {
        f"lib/{file.as_posix()}": file.locate().read_bytes()  # type: ignore[attr-defined]
        for file in files
        if file.suffix == ".py" and ".." not in file.parts
    }
