# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Takes the libraries from a bundle, from the installed packages, or from the drive."""

from __future__ import annotations

from chargerctl.deploy.image import Image
from chargerctl.deploy.libraries.bundle import BundleError, bundle_libraries
from chargerctl.deploy.libraries.requirements import required_libraries
from chargerctl.deploy.libraries.wheels import wheel_libraries


def libraries(mode: str, major: int, on_drive: Image) -> tuple[Image, list[str]]:
    """The files for lib/, and lines for the user about the choice.

    mode: bundle (compiled), wheels (source), auto (a bundle where one is available, else wheels), skip (those on the
    drive). major: of the board's CircuitPython. on_drive: the files of lib/ there.
    """
    if mode == "skip":
        return dict(on_drive), []
    if mode == "wheels":
        return wheel_libraries(), []
    try:
        return bundle_libraries(required_libraries(), major, refresh=mode == "bundle"), []
    except BundleError as error:
        if mode == "bundle":
            raise BundleError(
                f"{error}; use --libs wheels for the packages installed with chargerctl"
            ) from error
        return wheel_libraries(), [f"{error}; using the installed packages"]
