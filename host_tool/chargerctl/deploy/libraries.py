# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which libraries go on the board, and from where."""

from __future__ import annotations

from chargerctl.deploy.bundle import BundleError, bundle_libraries
from chargerctl.deploy.image import Image
from chargerctl.deploy.requirements import required_libraries
from chargerctl.deploy.wheels import wheel_libraries


def libraries(mode: str, major: int, on_drive: Image) -> tuple[Image, list[str]]:
    """The files for lib/, and what a person should know about the choice.

    mode: bundle (compiled), wheels (source), auto (bundle where it can be had, else wheels), skip (what is
    there).
    major: of the board's CircuitPython. on_drive: what is there.
    """
    if mode == "skip":
        return dict(on_drive), []
    names = required_libraries()
    if mode == "wheels":
        return wheel_libraries(names), []
    try:
        return bundle_libraries(names, major, refresh=mode == "bundle"), []
    except BundleError as error:
        if mode == "bundle":
            raise BundleError(f"{error}; use --libs wheels for the installed source files") from error
        return wheel_libraries(names), [f"{error}; using the installed packages"]
