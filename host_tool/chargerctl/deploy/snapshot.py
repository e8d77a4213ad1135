# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads what is on the drive, as far as a deploy needs it."""

from __future__ import annotations

from dataclasses import dataclass

from chargerctl.deploy.records import COMMIT, MANIFEST, STAGING, WAIT, Commit, DamagedError, Manifest
from chargerctl.transport.volume import Volume


@dataclass(frozen=True)
class Snapshot:
    """sizes: of every file; content: of the files that were wanted. commit: of an earlier deploy that is not finished.

    finished_earlier: an earlier deploy has been finished, or will be before anything else is written.
    """

    sizes: dict[str, int]
    folders: set[str]
    content: dict[str, bytes]
    cluster: int
    free: int
    manifest: Manifest | None
    commit: Commit | None
    finished_earlier: bool = False


def staged(path: str) -> bool:
    return path.startswith(STAGING + "/")


def stale_files(snapshot: Snapshot) -> dict[str, int]:
    """The sizes of files that earlier deploys have staged: these are removed before anything else is written."""
    return {
        path: size for path, size in snapshot.sizes.items() if staged(path) and path not in (COMMIT, WAIT)
    }


def look(volume: Volume, wanted: set[str]) -> Snapshot:
    """Read the drive: the records, what they name, and the files in `wanted`."""
    sizes, folders = volume.list()

    def read(path: str) -> bytes | None:
        return volume.read(path) if path in sizes else None

    manifest, commit = read_manifest(read(MANIFEST)), read_commit(volume, sizes)
    asked = wanted | {MANIFEST, "code.txt", "boot.txt", "hold.py", "boot.py"}
    asked |= set(manifest.files) if manifest else set()
    if commit:
        asked |= {word for step in commit.steps for word in step} | {p for p in sizes if staged(p)}
    content = {path: volume.read(path) for path in sorted(asked) if path in sizes}
    return Snapshot(sizes, folders, content, volume.cluster, volume.free(), manifest, commit)


def glance(volume: Volume) -> tuple[set[str], Manifest | None]:
    """The names of all files, and the manifest."""
    sizes, _ = volume.list()
    return set(sizes), read_manifest(volume.read(MANIFEST) if MANIFEST in sizes else None)


def read_commit(volume: Volume, sizes: dict[str, int]) -> Commit | None:
    """The commit on the drive, or None."""
    if COMMIT not in sizes:
        return None
    try:
        return Commit.read(volume.read(COMMIT))
    except DamagedError:
        return Commit(
            [("damaged",)]
        )  # a step that cannot be carried out: the board holds until the next commit


def read_manifest(content: bytes | None) -> Manifest | None:
    try:
        return None if content is None else Manifest.read(content)
    except DamagedError:
        return None
