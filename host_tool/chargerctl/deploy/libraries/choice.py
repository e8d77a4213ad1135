# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Takes the libraries from a bundle, from the installed packages, or from the drive."""

from __future__ import annotations

from pathlib import Path

from chargerctl.deploy.image import Image
from chargerctl.deploy.libraries.bundle import BundleError, bundle_libraries, is_installed
from chargerctl.deploy.libraries.refusal import Refusal
from chargerctl.deploy.libraries.requirements import required_libraries
from chargerctl.deploy.libraries.wheels import wheel_libraries


def libraries(mode: str, major: int, on_drive: Image, state: Path | None = None) -> tuple[Image, list[str]]:
    """The files for lib/, and lines for the user about the choice.

    mode: bundle (compiled), wheels (source), auto (a bundle where circup is installed and has one, else wheels; where it
    had none it is not asked again for a day), skip (those on the drive). major: of the board's CircuitPython. on_drive:
    the files of lib/ there. state: as in wheel_libraries().
    """
    if mode == "skip":
        return dict(on_drive), []
    if mode == "wheels" or (mode == "auto" and not is_installed()):
        return wheel_libraries(state), []
    refused = Refusal(state, major)
    reason = refused.reason() if mode == "auto" else None
    try:
        if reason is None:
            found = bundle_libraries(required_libraries(), major, refresh=mode == "bundle")
            refused.forget()
            return found, []
    except BundleError as error:
        if mode == "bundle":
            raise BundleError(
                f"{error}; use --libs wheels for the packages installed with chargerctl"
            ) from error
        reason = str(error)
        refused.remember(reason)
    return wheel_libraries(state), [f"{reason}; using the installed packages"]
