# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Opens a drive for one command: finds and locks it, reads which board it is of, and finishes an earlier deploy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace

from chargerctl.boards.address import Address
from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.boards.find import the_drive
from chargerctl.deploy.apply import StuckError, finish
from chargerctl.deploy.image import SETTINGS_FILE, Image
from chargerctl.deploy.lock import locked
from chargerctl.deploy.records import COMMIT
from chargerctl.deploy.snapshot import Snapshot, look
from chargerctl.deploy.troubles import explain, explained
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.files import state_folder
from chargerctl.transport.folder import FolderVolume
from chargerctl.transport.preview import PreviewVolume
from chargerctl.transport.volume import Volume


@dataclass(frozen=True)
class OpenDrive:
    """A locked drive. blank: an empty folder, which will become the drive of a board that is not connected."""

    address: Address
    volume: Volume
    boot: BootOut
    blank: bool = False

    @property
    def key(self) -> str:
        """The name under which the laptop keeps what a deploy replaced: the board's UID where it has one."""
        return self.boot.uid or f"folder-{self.address.digest}"

    def unfinished(self) -> list[str]:
        """For commands that only read: a line if files of two different deploys may be on the drive."""
        with explained(self.volume.name):
            files, _ = self.volume.list()
        if COMMIT not in files:
            return []
        return [
            f"a deploy to {self.address} was interrupted after its commit, so some files may be the old ones: run "
            f"`chargerctl deploy --drive {self.address.quoted}` to finish it"
        ]


@contextmanager
def open_drive(address: Address | None, blank: bool = False) -> Iterator[OpenDrive]:
    """The drive at `address`, or the one that is plugged in, locked.

    blank: an empty folder, or one that does not exist yet, will do too; it is removed again if nothing was written.
    """
    address = address or the_drive()
    with locked(address, state_folder()), _made(address) if blank else nullcontext():
        volume = _volume(address)
        with explained(volume.name):
            try:
                boot = BootOut.read(volume.read(BOOT_OUT))
            except FileNotFoundError:
                boot = BootOut()
        yield OpenDrive(address, volume, boot, blank and address.is_blank)


def _volume(address: Address) -> Volume:
    if address.folder.is_dir():
        return FolderVolume(address.folder)
    if address.folder.exists():
        raise InputError(f"{address} is a file: name the folder where the board's drive is mounted")
    raise InputError(f"{address} does not exist: plug the board in, or name its drive with --drive PATH")


@contextmanager
def _made(address: Address) -> Iterator[None]:
    """Make the folder, unless its name is that of a file or of a drive; remove it again if it stays empty."""
    folder = address.folder
    if folder.exists() or folder.suffix or address.is_named_as_a_drive or not folder.parent.is_dir():
        yield
        return
    try:
        folder.mkdir()
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
    ask: Callable[[], None] = lambda: None,
) -> Snapshot:
    """Read the drive, after finishing an earlier deploy that was interrupted; with dry_run as it would be then.

    wanted: files whose content is needed; image: new content, for files that the earlier deploy was to write in
    place; ask: called before the earlier one is finished, may raise. ChargerctlError where the drive cannot be read or
    written.
    """
    wanted = wanted | {SETTINGS_FILE}
    committed = False
    try:
        snapshot = look(volume, wanted)
        if snapshot.commit is None:
            return snapshot
        committed = True
        if dry_run:
            volume = PreviewVolume(volume)
        else:
            ask()
        with suppress(StuckError):  # the plan then starts from a board that is held
            finish(volume, snapshot.commit, image)
        after = look(volume, wanted)
        return replace(after, finished_earlier=after.commit is None)
    except OSError as error:
        raise explain(error, volume.name, committed) from error
