# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads what is on the drive, as far as a deploy needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chargerctl.deploy.litter import is_of_a_system
from chargerctl.deploy.records import COMMIT, MANIFEST, STAGING, WAIT, Commit, DamagedError, Manifest
from chargerctl.transport.volume import Volume, read_all


@dataclass(frozen=True)
class Snapshot:
    """sizes: of every file; content: of the files that were wanted. others: names that are neither files nor folders, with
    what they are. commit: of an earlier deploy that is not finished.

    finished_earlier: an earlier deploy has been finished, or will be before anything else is written. stuck: why it cannot
    be finished.
    """

    sizes: dict[str, int]
    folders: set[str]
    content: dict[str, bytes]
    cluster: int
    free: int
    manifest: Manifest | None
    commit: Commit | None
    others: Mapping[str, str] = field(default_factory=dict)
    finished_earlier: bool = False
    stuck: str = ""

    @property
    def written(self) -> str:
        """What was written to the drive so far, for a message."""
        return (
            "the earlier deploy was finished, and nothing else was written"
            if self.finished_earlier
            else "nothing was written"
        )

    def same_drive(self, now: Snapshot) -> bool:
        """Whether what a plan was made from is still there."""
        return self._seen() == now._seen()

    def _seen(self) -> tuple[object, ...]:
        """Without what the operating system may write at any time."""
        sizes = {path: size for path, size in self.sizes.items() if not is_of_a_system(path)}
        folders = {path for path in self.folders if not is_of_a_system(path)}
        others = {path: what for path, what in self.others.items() if not is_of_a_system(path)}
        return sizes, folders, others, {path: self.content[path] for path in self.content if path in sizes}


def staged(path: str) -> bool:
    return path.startswith(STAGING + "/")


def stale_files(snapshot: Snapshot) -> dict[str, int]:
    """The sizes of files that earlier deploys have staged: these are removed before anything else is written."""
    return {
        path: size for path, size in snapshot.sizes.items() if staged(path) and path not in (COMMIT, WAIT)
    }


def look(volume: Volume, wanted: set[str], likely: Mapping[str, bytes]) -> Snapshot:
    """Read the drive: the records, what they name, and the files in `wanted`. likely: content that files probably have."""
    sizes, folders, others = volume.list()

    def read(path: str) -> bytes | None:
        return volume.read(path) if path in sizes else None

    manifest, commit = read_manifest(read(MANIFEST)), read_commit(volume, sizes)
    asked = wanted | {MANIFEST, "code.txt", "boot.txt", "hold.py", "boot.py"}
    asked |= set(manifest.files) if manifest else set()
    if commit:
        asked |= {word for step in commit.steps for word in step} | {p for p in sizes if staged(p)}
    content = read_all(volume, asked, sizes, likely)
    return Snapshot(sizes, folders, content, volume.cluster, volume.free(), manifest, commit, others)


def glance(volume: Volume) -> tuple[set[str], Manifest | None]:
    """The names of all files, and the manifest."""
    sizes = volume.list().files
    return set(sizes), read_manifest(volume.read(MANIFEST) if MANIFEST in sizes else None)


def read_commit(volume: Volume, sizes: dict[str, int]) -> Commit | None:
    """The commit on the drive, or None."""
    if COMMIT not in sizes:
        return None
    try:
        return Commit.read(volume.read(COMMIT))
    except DamagedError as error:  # the board holds until the next commit
        return Commit([], damaged=f"its commit is damaged: {error}")


def read_manifest(content: bytes | None) -> Manifest | None:
    try:
        return None if content is None else Manifest.read(content)
    except DamagedError:
        return None
