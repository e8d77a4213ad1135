# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's libraries as source files, from the packages installed beside chargerctl."""

from __future__ import annotations

import re
from importlib import metadata

from chargerctl.deploy.image import firmware_image
from chargerctl.deploy.imports import reached
from chargerctl.deploy.requirements import belongs_on_board
from chargerctl.errors import ChargerctlError


def wheel_libraries(names: list[str]) -> dict[str, bytes]:
    """{"lib/adafruit_ntp.py": source, ...}: of the named modules, and of what they need, what the firmware imports.

    names: modules as in firmware/requirements.txt. Raises ChargerctlError when one is not installed.
    """
    owners = metadata.packages_distributions()
    files: dict[str, bytes] = {}
    waiting = [_distribution_of(name, owners) for name in names]
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
            f"the library {module} is not installed beside chargerctl: "
            "reinstall chargerctl, or use --libs bundle with a network"
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
        raise ChargerctlError(f"the installed {distribution} does not list its files: reinstall chargerctl")
    return {
        f"lib/{file.as_posix()}": file.locate().read_bytes()  # type: ignore[attr-defined]
        for file in files
        if file.suffix == ".py" and ".." not in file.parts
    }
