# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The constants of the firmware's PIO gate, read from its source: what is tested is what is deployed."""

import ast
from pathlib import Path

PATH = Path(__file__).resolve().parents[2] / "firmware" / "charger" / "hardware" / "gate.py"
SOURCE = PATH.read_text(encoding="utf-8")


def constants():
    """{name: value} of what the module assigns; const(value) is the value."""
    found = {}
    for node in ast.parse(SOURCE).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = node.value.args[0] if isinstance(node.value, ast.Call) else node.value
            found[node.targets[0].id] = ast.literal_eval(value)
    return found
