# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The order in which a committed deploy is applied, so that no moment of it leaves a dead board.

1. boot.py: whatever happens afterwards, a hard reset finishes it. CircuitPython runs boot.txt when there is no
   boot.py, so the new one stands there, whole, while the old one goes.
2. hold.py becomes code.txt, which CircuitPython runs before code.py: from here on the tree may be half old and
   half new, the board holds its outputs safe and imports none of it.
3. Everything else.
4. code.txt becomes hold.py again, and the manifest is replaced.

Where the firmware leaves the drive, boot.py goes last: until then a hard reset finishes that too.
"""

from __future__ import annotations

from dataclasses import dataclass

from chargerctl.deploy.records import MANIFEST, Mark, Step


@dataclass(frozen=True)
class Work:
    """What there is to do.

    marks: of the new files. names: under which each waits in the staging folder; staged: their content, by that
    name. ahead: written to its place before the commit; in_place: after it, while the board holds. removed: files,
    then folders. present: files on the drive before. ours: the new tree is this firmware. hold: the new hold.py.
    held: code.txt holds the board already, and every new file is written in place.
    """

    marks: dict[str, Mark]
    names: dict[str, str]
    staged: dict[str, bytes]
    ahead: dict[str, bytes]
    in_place: dict[str, bytes]
    removed: list[str]
    present: set[str]
    ours: bool
    hold: Mark | None
    held: bool


def steps_of(work: Work) -> list[Step]:
    """The steps, as records.Commit has them. No steps where nothing changes."""
    if not (work.marks or work.removed or work.held):
        return []
    boot = _replace_boot(work)
    apart = {"boot.py", "hold.py", "code.txt", MANIFEST}
    middle: list[Step] = [
        *(("remove", path) for path in work.removed if path not in apart),
        *(_put(work, path) for path in work.names if path not in apart),
        *(_put(work, path) for path in (*work.ahead, *work.in_place) if path not in apart),
    ]
    last: list[Step] = [("remove", MANIFEST)] if MANIFEST in work.removed else []
    if MANIFEST in work.marks:
        last = [_put(work, MANIFEST)]
    if (
        not work.ours
    ):  # what comes back is not our boot.py: ours must be the last to go, and end the hold before
        return [*_begin_hold(work), *middle, *_end_hold(work), *last, *boot]
    return [*boot, *_begin_hold(work), *middle, *_end_hold(work), *last]


def _put(work: Work, path: str, source: str = "") -> Step:
    return ("put", *work.marks[path].words(), source or work.names.get(path, "-"), path)


def _replace_boot(work: Work) -> list[Step]:
    if "boot.py" in work.removed:
        return [("remove", "boot.py")]
    if "boot.py" not in work.marks:
        return []
    if "boot.py" not in work.names or "boot.py" not in work.present:
        return [_put(work, "boot.py")]
    return [("move", work.names["boot.py"], "boot.txt"), _put(work, "boot.py", "boot.txt")]


def _begin_hold(work: Work) -> list[Step]:
    if work.held:
        return []
    waiting = work.names.get("hold.py") or work.names.get("code.txt") or "hold.py"
    return [("move", waiting, "code.txt")]


def _end_hold(work: Work) -> list[Step]:
    if work.held and "hold.py" in work.marks:
        return [_put(work, "hold.py"), ("remove", "code.txt")]
    if work.hold is None:
        return [("remove", "hold.py"), ("remove", "code.txt")]
    if work.held:
        return [("remove", "code.txt")]
    return [("put", *work.hold.words(), "code.txt", "hold.py")]
