# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The example settings file that travels with chargerctl: `init` starts from it."""

from __future__ import annotations

from pathlib import Path

from chargerctl.errors import ChargerctlError

_PACKAGE = Path(__file__).resolve().parent.parent


def example_text() -> str:
    """settings.toml.example, from the checkout or the installed wheel."""
    name = "settings.toml.example"
    for folder in (_PACKAGE / "_firmware_data", _PACKAGE.parent.parent):
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8")
    raise ChargerctlError(
        f"this chargerctl was installed without {name}: reinstall it from the project's wheel"
    )
