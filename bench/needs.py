# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The figures by which `deploy` judges a board's memory, measured anew: what it prints goes into deploy/memory.py."""

from __future__ import annotations

from collections.abc import Iterator

from tests.whole.vm import measure
from tests.whole.vm.machine import Machine, missing
from tests.whole.vm.measure import Charger

_OFF = {"display": "CHARGER_HARDWARE_DISPLAY", "reader": "CHARGER_HARDWARE_CARD_READER"}
CHOICES = [(display, reader) for display in (False, True) for reader in (False, True)]


def live(display: bool, reader: bool, compiled: bool, enough: int = 0) -> int:
    """Bytes that live at the worst moment of the start of a charger with light and meter, the table of names at its
    worse side. enough: as in measure.worst_moment."""
    fitted = {"display": display, "reader": reader}
    settings = {variable: "none" for part, variable in _OFF.items() if not fitted[part]}
    charger = Charger("", settings)
    if compiled:
        return measure.worst_moment(charger, enough).worse
    with Machine() as machine:
        return measure.built(machine, charger, charger_mpy=False, libraries_mpy=False).worse


def large_modules() -> list[str]:
    """Those whose import as text takes the most, as far as their size says: four of ours, and MiniMQTT."""
    size = {name: path.stat().st_size for name, path in measure.sources().items()}
    ours = sorted((name for name in size if name.startswith("charger.")), key=lambda name: -size[name])
    return [*ours[:4], "adafruit_minimqtt.adafruit_minimqtt"]


def compiling() -> int:
    """Bytes of heap that importing one module as text needs at most."""
    return max(map(measure.compile_peak, large_modules()))


def lines() -> Iterator[str]:
    yield "    # (display, card reader): (all .mpy, all from source)"
    for choice in CHOICES:
        yield f"    {choice}: ({live(*choice, True):_}, {live(*choice, False):_}),"
    yield f"COMPILING = {compiling():_}"


def print_measured(name: str, lines: Iterator[str]) -> None:
    """Print the lines as they are measured, where there is a VM to measure on."""
    lacking = missing()
    for line in [f"{name}: left out, {lacking} is not installed"] if lacking else lines:
        print(line, flush=True)


def main() -> None:
    print_measured("needs", lines())
