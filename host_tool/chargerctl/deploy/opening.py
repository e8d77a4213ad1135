# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Opens a drive for one command: finds and locks it, reads which board it is of, and finishes an earlier deploy."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace

from chargerctl.boards.address import Address, Folder
from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.boards.choice import the_board
from chargerctl.boards.reach import PLAIN, Approach, Reached, reached
from chargerctl.boards.surroundings import surroundings
from chargerctl.deploy.apply import StuckError, finish, why_stuck
from chargerctl.deploy.image import SETTINGS_FILE, Image
from chargerctl.deploy.lock import locked
from chargerctl.deploy.records import COMMIT, Commit
from chargerctl.deploy.snapshot import Snapshot, look
from chargerctl.deploy.troubles import explain, explained, stopped
from chargerctl.errors import ChargerctlError
from chargerctl.files import state_folder
from chargerctl.transport.preview import PreviewVolume
from chargerctl.transport.volume import Restarted, Volume


@dataclass(frozen=True)
class OpenDrive:
    """A locked drive. restart: as in Reached. blank: an empty folder, which will become the drive of a board that is not
    connected."""

    address: Address
    volume: Volume
    boot: BootOut
    restart: Callable[[], Restarted]
    blank: bool = False

    @property
    def key(self) -> str:
        """The name under which the laptop keeps what a deploy replaced: the board's UID where it has one.

        It becomes the name of a file, and the UID is what stands on a stranger's drive.
        """
        uid = self.boot.uid
        if re.fullmatch("[0-9A-F]{1,64}", uid):
            return uid
        return (
            f"board-{hashlib.sha256(uid.encode()).hexdigest()[:32]}"
            if uid
            else f"folder-{self.address.digest}"
        )

    def check_unchanged(self, seen: Snapshot) -> None:
        """ChargerctlError where the drive is not as it was when the user was asked: it may be another one."""
        with explained(self.volume.name):
            now = look(self.volume, set(seen.content), seen.content)
            boot = _boot_of(self.volume)
        if not seen.same_drive(now) or not (self.blank or boot == self.boot):
            raise ChargerctlError(
                f"{self.address} has changed since it was read: {seen.written}; run this again to see what would "
                "change now"
            )

    def unfinished(self) -> list[str]:
        """For commands that only read: a line if files of two different deploys may be on the drive."""
        with explained(self.volume.name):
            files = self.volume.list().files
        if COMMIT not in files:
            return []
        return [
            f"a deploy to {self.address} was interrupted after its commit, so some files may be the old ones: run "
            f"`chargerctl deploy {self.address.flag}` to finish it"
        ]


@contextmanager
def open_drive(
    address: Address | None, blank: bool = False, approach: Approach = PLAIN
) -> Iterator[OpenDrive]:
    """The board at `address`, or the only one there is, locked.

    blank: an empty folder, or one that does not exist yet, will do too; it is removed again if nothing was written.
    """
    address = the_board(address, surroundings(), writes=approach.writes)
    folder = address if isinstance(address, Folder) else None
    if folder:
        with explained(str(address)):  # a name that is too long, a volume that is locked
            folder.path.exists()
    made = _made(folder) if blank and folder else nullcontext()
    with locked(address, state_folder()), made, _found(address, approach) as board:
        with explained(board.volume.name):
            boot = _boot_of(board.volume)
            is_blank = blank and folder is not None and folder.is_blank
        yield OpenDrive(address, board.volume, boot, board.restart, is_blank)


@contextmanager
def _found(address: Address, approach: Approach) -> Iterator[Reached]:
    """As reached(); an OSError on the way to the board is explained, later ones are for the caller to explain."""
    with ExitStack() as stack:
        with explained(str(address)):
            board = stack.enter_context(reached(address, approach))
        yield board


def _boot_of(volume: Volume) -> BootOut:
    try:
        return BootOut.read(volume.read(BOOT_OUT))
    except FileNotFoundError:
        return BootOut()


@contextmanager
def _made(address: Folder) -> Iterator[None]:
    """Make the folder, unless its name is that of a file or of a drive; remove it again if it stays empty."""
    folder = address.path
    if os.path.lexists(folder) or folder.suffix or address.is_named_as_a_drive or not folder.parent.is_dir():
        yield
        return
    try:
        folder.mkdir(0o700)
    except OSError as error:
        raise ChargerctlError(f"{folder} cannot be created: {error.strerror}") from error
    try:
        yield
    finally:
        with suppress(OSError):  # it has files now
            folder.rmdir()


def snapshot_of(
    volume: Volume,
    wanted: set[str],
    image: Image,
    dry_run: bool = False,
    ask: Callable[[Commit], None] = lambda commit: None,
) -> Snapshot:
    """Read the drive, after finishing an earlier deploy that was interrupted; with dry_run as it would be then.

    wanted: files whose content is needed; image: new content, for files that the earlier deploy was to write in
    place; ask: called before the earlier one is finished, may raise. ChargerctlError where the drive cannot be read or
    written.
    """
    wanted = wanted | {SETTINGS_FILE}
    committed = False
    try:
        snapshot = look(volume, wanted, image)
        if snapshot.commit is None:
            return snapshot
        committed = True
        # The plan then starts from a board that is held.
        if stuck := why_stuck(volume, snapshot.commit, image):
            return replace(snapshot, stuck=stuck)
        if dry_run:
            volume = PreviewVolume(volume)
        else:
            ask(snapshot.commit)
            if not snapshot.same_drive(look(volume, wanted, snapshot.content)):
                raise ChargerctlError(f"{volume.name} has changed since it was read: run this again")
        finish(volume, snapshot.commit, image)
        return replace(look(volume, wanted, image), finished_earlier=True)
    except StuckError as error:  # although all of it was there a moment ago
        raise ChargerctlError(
            f"{volume.name} is losing data ({error}): plug the board in again, then run this again"
        ) from None
    except OSError as error:
        raise explain(error, volume.name, committed, reading=not committed) from error
    except KeyboardInterrupt:
        raise stopped(committed) from None
