# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is on the drive now, as far as a deploy needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from chargerctl.deploy.records import COMMIT, MANIFEST, STAGING, WAIT, Commit, DamagedError, Manifest, Mark
from chargerctl.deploy.volume import Volume


@dataclass(frozen=True)
class Snapshot:
    """sizes: of every file; content: of those that were asked for. commit: of a deploy that was not finished.

    mended: there was one, and it has been finished, or will be before anything else is done.
    """

    sizes: dict[str, int]
    folders: set[str]
    content: dict[str, bytes]
    cluster: int
    free: int
    manifest: Manifest | None
    commit: Commit | None
    mended: bool = False

    def finished(self, contents: Mapping[str, bytes]) -> Snapshot:
        """As it will be when the unfinished deploy on it has been finished; as it is where that cannot be.

        contents: files by path, for what was to be written in place.
        """
        if self.commit is None:
            return self
        content = dict(self.content)
        for verb, *words in self.commit.steps:
            if verb == "remove":
                content.pop(words[0], None)
            elif verb == "move":
                if words[0] in content:
                    content[words[1]] = content.pop(words[0])
            elif verb == "put":
                size, crc, source, target = words
                ways = (
                    [content.pop(source)]
                    if source in content
                    else [content.get(target), contents.get(target)]
                )
                right = [data for data in ways if data is not None and Mark.of(data) == Mark.read(size, crc)]
                if not right:
                    return self
                content[target] = right[0]
            else:
                return self
        gone = set(self.content) - set(content)
        sizes = {path: size for path, size in self.sizes.items() if path not in gone and not staged(path)}
        sizes |= {path: len(data) for path, data in content.items()}
        return replace(
            self,
            sizes=sizes,
            content=content,
            manifest=read_manifest(content.get(MANIFEST)),
            commit=None,
            mended=True,
        )


def staged(path: str) -> bool:
    return path.startswith(STAGING + "/")


def stale_files(snapshot: Snapshot) -> dict[str, int]:
    """What earlier deploys have staged, with sizes: removed before anything else is written."""
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
    """Only which files are there, and the manifest."""
    sizes, _ = volume.list()
    return set(sizes), read_manifest(volume.read(MANIFEST) if MANIFEST in sizes else None)


def read_commit(volume: Volume, sizes: dict[str, int]) -> Commit | None:
    """The committed deploy on the drive; None where there is none."""
    if COMMIT not in sizes:
        return None
    try:
        return Commit.read(volume.read(COMMIT))
    except DamagedError:
        return Commit([("damaged",)])  # a step that cannot be carried out: the board holds until a new commit


def read_manifest(content: bytes | None) -> Manifest | None:
    try:
        return None if content is None else Manifest.read(content)
    except DamagedError:
        return None
