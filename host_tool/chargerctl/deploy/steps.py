# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The order in which a committed deploy is applied, so that an interruption at any step leaves a board that works.

1. boot.py: from then on a hard reset finishes the deploy. CircuitPython runs boot.txt when there is no boot.py, so the
   new one is there, complete, while the old one is replaced.
2. hold.py becomes code.txt, which CircuitPython runs before code.py: it holds the outputs safe and imports none of the
   files, which may be of two versions from here on.
3. Everything else.
4. code.txt becomes hold.py again, and the manifest is replaced.

Where the firmware is removed, boot.py is the last to go: until then a hard reset finishes that too.
"""

from __future__ import annotations

from dataclasses import dataclass

from chargerctl.deploy.records import MANIFEST, Mark, Step


@dataclass(frozen=True)
class Work:
    """What to change.

    marks: of the new files. names: of the staged files, by path; staged: their content, by that name. ahead: files
    written in place before the commit; in_place: after it, while the board holds. removed: files, then folders.
    present: files on the drive before. ours: the new files are this firmware. hold: the new hold.py. held: code.txt
    holds the board already, and every new file is written in place.
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
    """The steps of the commit, in order; none where nothing changes."""
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
    if not work.ours:  # the boot.py that comes back cannot finish a deploy: the present one goes last
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
