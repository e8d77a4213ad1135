# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A volume during a deploy: which files are on it, and in which folders changes of names are not synced yet."""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping

from chargerctl.deploy.records import STAGING
from chargerctl.deploy.snapshot import staged
from chargerctl.errors import ChargerctlError
from chargerctl.transport.volume import Volume, folder_of, parents

_NOT_EMPTY = (errno.ENOTEMPTY, errno.EEXIST)  # POSIX allows both
Progress = Callable[[int, str], None]  # bytes just written, and of what


def no_progress(count: int, path: str) -> None:
    """For callers that show none."""


class Drive:
    """Every method raises OSError as the volume does."""

    def __init__(self, volume: Volume, progress: Progress) -> None:
        self.volume = volume
        self._progress = progress
        listing = volume.list()
        self.files, self.folders = set(listing.files), listing.folders
        self.unsynced: set[str] = set()

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files, sync them and read them back; ChargerctlError where the content differs."""
        for path, content in files.items():
            self.make_folders(path)
            self.volume.write(path, content)
            self.files.add(path)
            self.unsynced.add(folder_of(path))
            self._progress(len(content), path)
        self.settle(files)

    def settle(self, files: Mapping[str, bytes]) -> None:
        """Sync files and the folders they are in, and read them back."""
        self.volume.sync([*files, *self._folders_to_sync()])
        self.unsynced.clear()
        for path in self.volume.differing(files):
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
            try:
                self.volume.remove_folder(path)
            except OSError as error:
                if error.errno not in _NOT_EMPTY:
                    raise
                return  # a folder that holds anything of the user or of a system stays
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
        folders = [folder for folder in self.unsynced if not folder or folder in self.folders]
        return sorted(folders, key=lambda folder: (folder == STAGING, folder))

    def empty_staging(self, but: tuple[str, ...]) -> None:
        for path in sorted(self.files):
            if staged(path) and path not in but:
                self.remove(path)
