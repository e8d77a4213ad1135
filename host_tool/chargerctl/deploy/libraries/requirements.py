# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which libraries the board needs, and which must not be copied to it."""

from __future__ import annotations

from chargerctl.firmware_files import firmware_dir

# As PyPI spells them, and as the bundle does where that differs.
_NOT_ON_BOARD = {
    # They imitate a board on a laptop.
    "adafruit-blinka",
    "adafruit-blinka-displayio",
    "adafruit-blinka-bleio",
    "pyserial",
    # For annotations only; the libraries import them in a `try`.
    "adafruit-circuitpython-typing",
    "circuitpython-typing",
    "typing-extensions",
    # Built into CircuitPython on every board with Wi-Fi.
    "adafruit-circuitpython-busdevice",
    "adafruit-bus-device",
}


def belongs_on_board(name: str) -> bool:
    """Whether a library, by its name on PyPI or in the bundle, is to be copied to the board."""
    return name.lower().replace("_", "-") not in _NOT_ON_BOARD


def required_libraries() -> list[str]:
    """The modules that the board needs beside those of CircuitPython and of the firmware."""
    return list(versions_tested())


def versions_tested() -> dict[str, str]:
    """Each required module with the version that was tested: firmware/requirements.txt."""
    lines = (firmware_dir() / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {name.strip(): version.strip() for name, version in pairs}
