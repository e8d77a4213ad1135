# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the firmware takes of a board's heap, measured on a 32-bit VM. docs/memory.md says what each figure means."""

from __future__ import annotations

from collections.abc import Iterator

from bench.needs import large_modules, print_measured
from tests.whole.vm import measure
from tests.whole.vm.machine import Machine, Size, name_table
from tests.whole.vm.measure import BARE, CORE, FULL, Charger

KB = 1024
# Of the picture of the heap: where the free piece is.
_PICTURE_LINES = 40
# How late broker and central system answer.
LATE_MS = 20


def main() -> None:
    print_measured("memory", lines())


def lines() -> Iterator[str]:
    """The whole table, line by line as it is measured: about a minute."""
    yield "Memory of the firmware, in bytes on a 32-bit VM (docs/memory.md)"
    yield from _imports()
    yield from _booted()
    yield from _forms()
    yield from _running()
    yield from _visits()
    yield from _compiling()
    yield from _pystack()


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
    yield _row("TOTAL", end.since(start).now, end_mpy.since(start_mpy).now)


def _booted() -> Iterator[str]:
    yield ""
    yield _row(
        "the start, all .mpy; goals are for the worse side", "better side", "worse side", "goal", note="names"
    )
    for title, measured, goals in (
        ("live after boot", _after_boot, measure.AFTER_BOOT),
        ("worst moment of the start", measure.worst_moment, measure.WORST_MOMENT),
    ):
        yield f"  {title.upper()}"
        for charger in (CORE, BARE, FULL):
            goal = goals.get(charger.title)
            size = measured(charger)
            yield _row(f"  {charger.title}", size.better, size.worse, goal or "", note=_judged(size, goal))


def _after_boot(charger: Charger) -> Size:
    with Machine() as machine:
        return measure.boot(machine, charger)


def _judged(size: Size, goal: int | None) -> str:
    words = f"{size.names:,}; on a board {size.on_board:,}"
    if goal is None:
        return words
    return f"{words}; {'held' if size.worse <= goal else f'missed by {size.worse - goal:,}'}"


def _forms() -> Iterator[str]:
    """As text; as .mpy with the names of the sources; as a deploy writes it."""
    yield ""
    yield _row("the same by what was deployed, worse side", "charger .py", "own names", "all .mpy")
    for title, measured in (("live after boot", measure.boot), ("worst moment", measure.built)):
        for charger in (BARE, FULL):
            sizes = []
            for charger_mpy, own_names in ((False, True), (True, True), (True, False)):
                with Machine() as machine:
                    sizes.append(measured(machine, charger, charger_mpy, own_names=own_names).worse)
            yield _row(f"{title}, {charger.title}", *sizes)


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


def _visits() -> Iterator[str]:
    yield ""
    yield "  208 visits after 2 hours of sessions: half of them lost connections, half rare calls of the central system"
    with Machine() as machine:
        measure.boot(machine, FULL)
        found = measure.visits(machine)
    yield _row("calls that got a result", found.answered)
    yield _row("live heap beyond before", found.growth)
    yield _row("largest free piece before", found.free_before)
    yield _row("largest free piece afterwards", found.free_after)
    yield _row("passes in which the heap had to grow", found.grown)
    yield "  the heap then, a letter a block of 16 bytes, `.` free; holes of 1 KB and more were filled before"
    lines = [line.strip() for line in found.picture.splitlines() if ": " in line and "." in line]
    yield from (f"    {line}" for line in lines[-_PICTURE_LINES:])


def _compiling() -> Iterator[str]:
    yield ""
    yield _row("heap needed at most, collected only between imports", "peak")
    for name in large_modules():
        size = measure.sources()[name].stat().st_size
        yield _row(f"import of {name} from .py", measure.compile_peak(name), note=f"{size:,} bytes of text")
    largest_mpy, size = max(measure.bytecode_sizes().items(), key=lambda item: item[1])
    yield ""
    yield _row(f"largest module as .mpy, of {12 * KB:,}: {largest_mpy}", size)


def _pystack() -> Iterator[str]:
    """The deepest chain of calls, with its frames, of the start and at work."""
    for charger in (BARE, FULL):
        for when, depth in zip(
            ("while it starts", "at work"),
            measure.deepest(charger, LATE_MS, measure.PYSTACK),
            strict=True,
        ):
            yield ""
            yield _row(
                f"pystack {when}, {charger.title.removeprefix('with ')}",
                depth.size,
                note=f"of {measure.PYSTACK:,}",
            )
            yield from (_row(f"  {name}", size) for name, size in depth.frames if size)
