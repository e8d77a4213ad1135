# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Carry out a plan: stage, commit, apply; and finish what an earlier run left committed.

Between two syncs any write may be lost, and changes to different folders may reach the medium in any order. So
staged content is synced before the commit, a change to a program that the board starts by itself before the next
step, and the staging folder after the folders that its files were moved to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from chargerctl.deploy.drive import Drive, Progress, no_progress
from chargerctl.deploy.plan import Plan
from chargerctl.deploy.records import COMMIT, STAGING, WAIT, Commit, Mark, Step, paths_of
from chargerctl.deploy.troubles import explain, stopped
from chargerctl.errors import ChargerctlError
from chargerctl.transport.names import folded
from chargerctl.transport.preview import PreviewVolume
from chargerctl.transport.volume import Listing, Volume, parents

_NOT_YET = COMMIT + ".new"
_HOLD = "code.txt"
_PIVOTS = {"boot.py", "boot.txt", _HOLD}


class StuckError(Exception):
    """A committed deploy needs a file that is missing or damaged on the drive."""


def execute(
    volume: Volume,
    plan: Plan,
    progress: Progress = no_progress,
    when_committed: Callable[[], None] = lambda: None,
) -> None:
    """Carry out the plan; ChargerctlError with the cause, the state of the board and the remedy.

    Until the commit, an error leaves the drive as it was. After it, the board holds its outputs safe until
    the deploy is finished, by the board itself or by the next deploy.
    """
    if plan.nothing_to_do:
        return
    committed = plan.work.held
    target_of = {name: path for path, name in plan.work.names.items()}
    try:
        drive = Drive(volume, lambda count, path: progress(count, target_of.get(path, path)))
        if plan.work.held:
            _hold_by_code_txt(drive, plan)
        else:
            drive.empty_staging(but=())
        if plan.steps:
            _stage(drive, plan)
            _commit(drive)
            committed = True
            when_committed()
            _carry_out(drive, plan.steps, plan.work.in_place, plan.image)
        _clean_up(drive)
    except StuckError as error:  # although every file has just been read back
        raise ChargerctlError(
            f"{error}, although it was written and read back: the drive is losing data; plug the board in again and run "
            "this again. "
            "The board holds its outputs safe."
        ) from error
    except OSError as error:
        raise explain(error, volume.name, committed or not _given_up(volume, plan)) from error
    except KeyboardInterrupt:
        finished = committed and not _is_committed(volume)
        raise stopped(committed or not _given_up(volume, plan), finished) from None


def finish(volume: Volume, commit: Commit, contents: dict[str, bytes]) -> None:
    """Finish a deploy found committed on the drive. Raises StuckError, OSError.

    contents: {path: content} of files that were to be written in place.
    """
    if commit.damaged:
        raise StuckError(commit.damaged)
    drive = Drive(volume, no_progress)
    _carry_out(drive, commit.steps, contents, contents)
    _clean_up(drive)


def why_stuck(volume: Volume, commit: Commit, contents: dict[str, bytes]) -> str:
    """Why finish() cannot succeed, "" if it can, as far as reading the drive shows. Raises OSError."""
    preview = PreviewVolume(volume)
    unfit = _in_other_case(preview.list(), commit)
    try:
        if not unfit:
            finish(preview, commit, contents)
    except StuckError as error:
        return str(error)
    except OSError as error:  # what fails here fails on the drive as well, each time again
        unfit = error.filename or "a name"
    return f"{unfit} on the drive is not what the commit needs" if unfit else ""


def _in_other_case(listing: Listing, commit: Commit) -> str:
    """A name that the commit has in other case, "" for none: what becomes of it depends on the file system."""
    spelt = {folded(path): path for path in (*listing.files, *listing.folders, *listing.others)}
    for path in (path for step in commit.steps for path in paths_of(step)):
        for part in (*parents(path), path):
            if spelt.setdefault(folded(part), part) != part:
                return spelt[folded(part)]
    return ""


def _stage(drive: Drive, plan: Plan) -> None:
    """Write the new files to the staging folder, and the commit under a name that does not count yet."""
    files = plan.work.ahead | plan.work.staged
    if plan.work.in_place:
        files[WAIT] = b"some files did not fit twice: only chargerctl deploy can finish"
    files[_NOT_YET] = plan.commit
    drive.write(files)


def _commit(drive: Drive) -> None:
    """After this, the deploy will be finished, even if the laptop or the power fails."""
    drive.replace(_NOT_YET, COMMIT)
    drive.sync()


def _carry_out(
    drive: Drive, steps: list[Step], contents: dict[str, bytes], likely: Mapping[str, bytes]
) -> None:
    """contents: of files that are to be written in place; likely: of any, as in Volume.read()."""
    for verb, *words in steps:
        if _HOLD in words and (verb == "remove" or words[-1] != _HOLD):  # the hold ends
            drive.sync(but=STAGING)
        if verb == "move":
            if words[0] in drive.files:
                drive.replace(words[0], words[1])
        elif verb == "put":
            mark, (source, target) = Mark.read(words[0], words[1]), words[2:]
            _put(drive, mark, source, target, contents, likely.get(target))
        else:
            drive.remove(words[0])
        if words[-1] in _PIVOTS:
            drive.sync(but=STAGING)
    drive.sync()


def _put(
    drive: Drive, mark: Mark, source: str, target: str, contents: dict[str, bytes], likely: bytes | None
) -> None:
    if source in drive.files:
        if Mark.of(drive.volume.read(source, likely)) != mark:
            raise StuckError(f"{source} is damaged")
        drive.replace(source, target)
        return
    if target in drive.files and Mark.of(drive.volume.read(target, likely)) == mark:
        return
    content = contents.get(target)
    if content is None or Mark.of(content) != mark:
        raise StuckError(f"{target} is missing")
    drive.write({target: content})


def _hold_by_code_txt(drive: Drive, plan: Plan) -> None:
    """Make code.txt hold the board before its commit is replaced by another."""
    if "code.txt" not in drive.files:
        drive.write({STAGING + "/hold": plan.hold})
        drive.replace(STAGING + "/hold", "code.txt")
        drive.sync()
    drive.empty_staging(but=(COMMIT, WAIT))


def _is_committed(volume: Volume) -> bool:
    """Whether the commit is there still; True where that cannot be seen."""
    with suppress(OSError):
        return COMMIT in volume.list().files
    return True


def _given_up(volume: Volume, plan: Plan) -> bool:
    """Remove what was written and return True; False where the commit did reach the drive."""
    # Should the drive be gone, or Ctrl-C come again, the next deploy removes it.
    with suppress(OSError, KeyboardInterrupt):
        drive = Drive(volume, no_progress)
        if COMMIT in drive.files:
            return False
        drive.empty_staging(but=())
        for path in plan.work.ahead:
            drive.remove(path)
        made = {folder for path in plan.work.ahead for folder in parents(path)} - plan.snapshot.folders
        for folder in (*sorted(made, reverse=True), STAGING):
            drive.remove(folder)
        drive.sync()
    return True


def _clean_up(drive: Drive) -> None:
    """Remove the staging folder, the commit last."""
    drive.empty_staging(but=(COMMIT,))
    drive.sync()
    drive.remove(COMMIT)
    with suppress(OSError):  # the user or the system has put a file in it
        drive.remove(STAGING)
    drive.sync()
