# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which libraries go on the board, and from where."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from chargerctl.deploy.bundle import BundleError, bundle_libraries
from chargerctl.deploy.image import Image
from chargerctl.deploy.requirements import required_libraries
from chargerctl.deploy.wheels import wheel_libraries
from chargerctl.errors import ChargerctlError

# Measured on a 32-bit VM.
SOURCE_COST = (
    "libraries as source files: the board compiles them at every start, which needs more than 96 KB of heap; "
    "compiled ones (--libs bundle, with a network once) load in 48 KB"
)


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
        return wheel_libraries(names), [SOURCE_COST]
    try:
        return bundle_libraries(names, major, refresh=mode == "bundle"), []
    except BundleError as error:
        if mode == "bundle":
            raise BundleError(f"{error}; use --libs wheels for the installed source files") from error
        return wheel_libraries(names), [f"{error}; using {SOURCE_COST}"]


# CircuitPython runs these as they are, or another part of the protocol needs them as source.
_STAYS_SOURCE = {"boot.py", "code.py", "safemode.py", "hold.py"}


def compiled(image: Image, mpy_cross: Path) -> Image:
    """The image with the `charger` package and the libraries compiled by CircuitPython's mpy-cross."""
    return dict(
        (path, content)
        if path in _STAYS_SOURCE or not path.endswith(".py")
        else (path[:-3] + ".mpy", _compile(path, content, mpy_cross))
        for path, content in image.items()
    )


def _compile(path: str, source: bytes, mpy_cross: Path) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "module.py", Path(folder) / "module.mpy"
        before.write_bytes(source)
        command = [str(mpy_cross), "-o", str(after), "-s", path, str(before)]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except OSError as error:
            raise ChargerctlError(f"{mpy_cross} cannot be run: {error.strerror}") from None
        except subprocess.CalledProcessError as error:
            raise ChargerctlError(f"{mpy_cross} cannot compile {path}: {error.stderr.strip()}") from None
        return after.read_bytes()
