# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes the board's `charger` package importable here under its own name.

Not by putting firmware/ on the path: its code.py would hide the standard library's `code`, which debuggers import.
"""

import importlib.util
import sys
from pathlib import Path

_CHARGER = Path(__file__).resolve().parent.parent / "firmware" / "charger"
_spec = importlib.util.spec_from_file_location(
    "charger", _CHARGER / "__init__.py", submodule_search_locations=[str(_CHARGER)]
)
assert _spec is not None
assert _spec.loader is not None
sys.modules["charger"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sys.modules["charger"])
