# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Carry out a plan: stage, commit, apply; and finish what an earlier run left committed.

What may be lost between two syncs, and in which order names of different folders arrive, is not known. So
staged content is synced before the commit; what is done to a program that the board runs by itself is synced
before the next step; and the staging folder, out of which files are moved, after the folders they went to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from chargerctl.deploy.plan import Plan
from chargerctl.deploy.records import COMMIT, STAGING, WAIT, Commit, Mark, Step
from chargerctl.deploy.snapshot import staged
from chargerctl.deploy.troubles import explain
from chargerctl.deploy.volume import Volume, folder_of, parents
from chargerctl.errors import ChargerctlError

_NOT_YET = COMMIT + ".new"
_HOLD = "code.txt"
_PIVOTS = {"boot.py", "boot.txt", _HOLD}

Progress = Callable[[int, str], None]  # bytes just written, and of what


def no_progress(count: int, path: str) -> None:
    """Where it is not shown."""


def nothing() -> None:
    """Where nothing waits for it."""


class StuckError(Exception):
    """A committed deploy that lacks something which is no longer on the drive."""


def execute(
    volume: Volume, plan: Plan, progress: Progress, when_committed: Callable[[], None] = nothing
) -> None:
    """Make the drive what the plan says; ChargerctlError with cause, state of the board and remedy.

    Until the commit, an error leaves the drive as it was. After it, the board holds its outputs safe until
    someone finishes the deploy.
    """
    committed = plan.work.held
    try:
        drive = _Drive(volume)
        if plan.work.held:
            _hold_by_code_txt(drive, plan)
        else:
            drive.empty_staging(but=())
        if plan.steps:
            _stage(drive, plan, progress)
            _commit(drive)
            committed = True
            when_committed()
            _carry_out(drive, plan.steps, plan.work.in_place, progress)
        _clean_up(drive)
    except StuckError as error:  # what was read back a moment ago
        raise ChargerctlError(
            f"{error}: the drive loses what is written to it; plug the board in again and run this again. "
            "The board holds its outputs safe."
        ) from error
    except OSError as error:
        raise explain(error, volume.name, committed or not _given_up(volume, plan)) from error


def finish(volume: Volume, commit: Commit, contents: dict[str, bytes]) -> None:
    """Finish a deploy found committed on the drive. Raises StuckError, OSError.

    contents: files by path, for what was to be written in place.
    """
    drive = _Drive(volume)
    _carry_out(drive, commit.steps, contents, no_progress)
    _clean_up(drive)


class _Drive:
    """A volume, what is on it, and which folders have names that are not synced."""

    def __init__(self, volume: Volume) -> None:
        self.volume = volume
        files, self.folders = volume.list()
        self.files = set(files)
        self.unsynced: set[str] = set()

    def write(self, path: str, content: bytes) -> None:
        self.make_folders(path)
        self.volume.write(path, content)
        self.files.add(path)
        self.unsynced.add(folder_of(path))

    def settle(self, files: Mapping[str, bytes]) -> None:
        """Sync files, the folders they are in, and make sure that they are there."""
        self.volume.sync([*files, *self._folders_to_sync()])
        self.unsynced.clear()
        for path, content in self.volume.read_back(files):
            if content != files[path]:
                raise ChargerctlError(
                    f"{path} does not read back as it was written: the drive may be failing; "
                    "eject it, plug the board in again and run the command again"
                )

    def replace(self, source: str, target: str) -> None:
        self.make_folders(target)
        if target in self.files:
            self.volume.remove(target)
        self.volume.rename(source, target)
        self.files.discard(source)
        self.files.add(target)
        self.unsynced |= {folder_of(source), folder_of(target)}

    def remove(self, path: str) -> None:
        if path in self.files:
            self.volume.remove(path)
            self.files.discard(path)
        elif path in self.folders:
            # Not empty: something of the user's is in it.
            if any(folder_of(other) == path for other in self.files | self.folders):
                return
            self.volume.remove_folder(path)
            self.folders.discard(path)
        else:
            return
        self.unsynced.add(folder_of(path))

    def make_folders(self, path: str) -> None:
        for folder in parents(path):
            if folder not in self.folders:
                self.volume.make_folder(folder)
                self.folders.add(folder)
                self.unsynced |= {folder, folder_of(folder)}

    def sync(self, but: str | None = None) -> None:
        """Sync the folders in which names changed, the staging folder last, and `but` not at all."""
        folders = [folder for folder in self._folders_to_sync() if folder != but]
        if folders:
            self.volume.sync(folders)
        self.unsynced = self.unsynced & {but}

    def _folders_to_sync(self) -> list[str]:
        folders = self.unsynced & (self.folders | {""})
        return sorted(folders, key=lambda folder: (folder == STAGING, folder))

    def empty_staging(self, but: tuple[str, ...]) -> None:
        for path in sorted(self.files):
            if staged(path) and path not in but:
                self.remove(path)


def _stage(drive: _Drive, plan: Plan, progress: Progress) -> None:
    """The commit too, under a name that does not count yet."""
    files = plan.work.ahead | plan.work.staged
    if plan.work.in_place:
        files[WAIT] = b"some files did not fit twice: only chargerctl deploy can finish"
    files[_NOT_YET] = plan.commit
    target_of = {name: path for path, name in plan.work.names.items()}
    for name, content in files.items():
        drive.write(name, content)
        progress(len(content), target_of.get(name, name))
    drive.settle(files)


def _commit(drive: _Drive) -> None:
    """From here on, the deploy will be finished."""
    drive.replace(_NOT_YET, COMMIT)
    drive.sync()


def _carry_out(drive: _Drive, steps: list[Step], contents: dict[str, bytes], progress: Progress) -> None:
    for verb, *words in steps:
        if _HOLD in words and (verb == "remove" or words[-1] != _HOLD):  # the hold ends
            drive.sync(but=STAGING)
        if verb == "move":
            if words[0] in drive.files:
                drive.replace(words[0], words[1])
        elif verb == "put":
            _put(drive, Mark.read(words[0], words[1]), words[2], words[3], contents, progress)
        elif verb == "remove":
            drive.remove(words[0])
        else:
            raise StuckError(f"the commit is {verb}")
        if words[-1] in _PIVOTS:
            drive.sync(but=STAGING)
    drive.sync()


def _put(
    drive: _Drive, mark: Mark, source: str, target: str, contents: dict[str, bytes], progress: Progress
) -> None:
    if source in drive.files:
        if Mark.of(drive.volume.read(source)) != mark:
            raise StuckError(f"{source} is damaged")
        drive.replace(source, target)
        return
    if target in drive.files and Mark.of(drive.volume.read(target)) == mark:
        return
    content = contents.get(target)
    if content is None or Mark.of(content) != mark:
        raise StuckError(f"{target} is missing")
    drive.write(target, content)
    drive.settle({target: content})
    progress(len(content), target)


def _hold_by_code_txt(drive: _Drive, plan: Plan) -> None:
    """Make code.txt hold the board before its commit is replaced by another."""
    if "code.txt" not in drive.files:
        drive.write(STAGING + "/hold", plan.hold)
        drive.settle({STAGING + "/hold": plan.hold})
        drive.replace(STAGING + "/hold", "code.txt")
        drive.sync()
    drive.empty_staging(but=(COMMIT, WAIT))


def _given_up(volume: Volume, plan: Plan) -> bool:
    """Remove what was written, unless the deploy is committed after all: then return False."""
    with suppress(OSError):  # if the drive is gone, the next deploy does it
        drive = _Drive(volume)
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


def _clean_up(drive: _Drive) -> None:
    """Remove the staging folder, the commit last."""
    drive.empty_staging(but=(COMMIT,))
    drive.sync()
    drive.remove(COMMIT)
    with suppress(OSError):  # something of the user's is in it, or of the system's
        drive.remove(STAGING)
    drive.sync()
