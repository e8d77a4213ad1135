# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the firmware takes of a board's heap, measured on a 32-bit VM. docs/memory.md says what each figure means."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.vm import measure
from tests.vm.machine import Machine, missing, name_table
from tests.vm.measure import BARE, CORE, FULL, Charger

KB = 1024


def main() -> None:
    lacking = missing()
    if lacking:
        print(f"memory: left out, {lacking} is not installed")
        return
    for line in lines():
        print(line, flush=True)


def lines() -> Iterator[str]:
    """The whole table, line by line as it is measured: about a minute."""
    yield "Memory of the firmware, in bytes on a 32-bit VM (docs/memory.md)"
    yield from _imports()
    yield from _booted()
    yield from _running()
    yield from _compiling()


def _row(title: str, *figures: object, note: str = "") -> str:
    cells = "".join(f"{figure:>12,}" if isinstance(figure, int) else f"{figure:>12}" for figure in figures)
    return f"  {title:<50}{cells}  {note}".rstrip()


def _imports() -> Iterator[str]:
    yield ""
    yield _row("live heap after import; libraries are .mpy", "charger .py", "all .mpy")
    from_py, start, end = measure.imports(charger_mpy=False)
    from_mpy, start_mpy, end_mpy = measure.imports(charger_mpy=True)
    for group in measure.GROUPS:
        pairs = [pair for pair in zip(from_py, from_mpy, strict=True) if pair[0].group == group]
        yield _row(group.upper(), sum(py.size for py, _ in pairs), sum(mpy.size for _, mpy in pairs))
        yield from (_row(f"  {py.module}", py.size, mpy.size) for py, mpy in pairs)
    names = end.names - start.names
    names_mpy = end_mpy.names - start_mpy.names
    note = f"{names:,} and {names_mpy:,} names"
    yield _row("TABLE OF NAMES, of all together", name_table(names), name_table(names_mpy), note=note)
    yield _row("TOTAL", end.since(start), end_mpy.since(start_mpy))


def _booted() -> Iterator[str]:
    yield ""
    yield _row("live after boot, what only starts it unloaded", "charger .py", "all .mpy")
    for charger in (CORE, BARE, FULL):
        yield _row(charger.title, *_for_both(measure.boot, charger))
    yield _row("live at the worst moment of the start", "charger .py", "all .mpy")
    for charger in (BARE, FULL):
        yield _row(charger.title, *_for_both(measure.built, charger))


def _for_both(measured: Callable[[Machine, Charger, bool], int], charger: Charger) -> Iterator[int]:
    for charger_mpy in (False, True):
        with Machine() as machine:
            yield measured(machine, charger, charger_mpy)


def _running() -> Iterator[str]:
    yield ""
    yield _row("the assembled charger at work, all .mpy", "bare", "full")
    rows: dict[str, list[int]] = {}
    for charger in (BARE, FULL):
        moving = measure.moving(charger)
        with Machine() as machine:
            measure.boot(machine, charger)
            idle, chores = measure.idle(machine), measure.chores(machine)
            peak = measure.session_peak(machine) if charger is FULL else 0
            grown = measure.growth(machine) if charger is FULL else 0
            waiting = measure.undelivered(machine) if charger is FULL else 0
        ours = moving + peak + waiting + measure.QUEUES
        figures = {
            "allocated by 1000 idle passes": idle,
            "allocated in a minute of nothing, chores included": chores,
            "moving: live after boot minus live after imports": moving,
            "peak of a session beyond that": peak,
            "growth over 100 sessions": grown,
            "16 undelivered sessions": waiting,
            "five places of 2048 bytes each way": measure.QUEUES,
            "ours at most, of 65,536": ours,
        }
        for title, figure in figures.items():
            rows.setdefault(title, []).append(figure)
    for title, (bare, full) in rows.items():
        # A session needs a card reader here.
        yield _row(title, bare if "session" not in title and "ours" not in title else "", full)


def _compiling() -> Iterator[str]:
    yield ""
    yield _row("heap needed at most, collected only between imports", "peak")
    largest = sorted(measure.sources(), key=lambda name: -measure.sources()[name].stat().st_size)
    ours = [name for name in largest if name.startswith("charger.")][:3]
    for name in (*ours, "adafruit_minimqtt.adafruit_minimqtt"):
        size = measure.sources()[name].stat().st_size
        yield _row(f"import of {name} from .py", measure.compile_peak(name), note=f"{size:,} bytes of text")
    largest_mpy, size = max(measure.bytecode_sizes().items(), key=lambda item: item[1])
    yield ""
    yield _row(f"largest module as .mpy, of {12 * KB:,}: {largest_mpy}", size)
