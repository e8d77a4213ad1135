# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Finds the firmware's files, in a checkout or an installed wheel, and loads its pure modules on the laptop."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from chargerctl.errors import ChargerctlError

_PACKAGE = Path(__file__).resolve().parent


def shipped(in_wheel: str, in_checkout: str) -> Path:
    """The path of a data file or folder, in the installed wheel or in the checkout."""
    for path in (_PACKAGE / in_wheel, _PACKAGE.parent.parent / in_checkout):
        if path.exists():
            return path
    raise ChargerctlError(
        f"this chargerctl was installed without {in_checkout}: reinstall it from the project's wheel"
    )


@cache
def firmware_dir() -> Path:
    """The folder with the files of the CIRCUITPY drive (boot.py, code.py, charger/ ...)."""
    return shipped("_firmware", "firmware")


@cache
def firmware_module(name: str) -> ModuleType:
    """Load one pure module of the board for use on the laptop, e.g. "charger.settings".

    It gets a name of its own, so that the firmware's package cannot shadow a module of the laptop. The module may
    import only what CPython has, too.
    """
    path = firmware_dir().joinpath(*name.split(".")).with_suffix(".py")
    alias = "chargerctl._board." + name
    spec = importlib.util.spec_from_file_location(alias, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ChargerctlError(f"the firmware has no module {name} ({path})")
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module
    spec.loader.exec_module(module)
    return module
