# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Where the board's files are, in a checkout and in an installed wheel, and its pure modules for the host to share."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from chargerctl.errors import ChargerctlError

_PACKAGE = Path(__file__).resolve().parent


@cache
def firmware_dir() -> Path:
    """The folder that pictures the CIRCUITPY drive (boot.py, code.py, charger/ ...)."""
    candidates = (_PACKAGE / "_firmware", _PACKAGE.parent.parent / "firmware")
    for candidate in candidates:
        if (candidate / "code.py").is_file() or (candidate / "charger").is_dir():
            return candidate
    raise ChargerctlError(
        "this chargerctl was installed without its firmware: reinstall it from the project's wheel"
    )


@cache
def firmware_module(name: str) -> ModuleType:
    """Load one pure module of the board for use on the laptop, e.g. "charger.settings".

    Loaded under a name of the host's own, so that the board's package never shadows anything here. Only modules
    that import nothing but what CPython also has can be loaded.
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
