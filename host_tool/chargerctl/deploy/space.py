# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether a deploy fits, in whole clusters and with temporary copies, and which files must be replaced in place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chargerctl.deploy.change import Change
from chargerctl.deploy.records import COMMIT, WAIT
from chargerctl.deploy.snapshot import Snapshot, stale_files
from chargerctl.deploy.steps import Work
from chargerctl.transport.volume import folder_of, parents

_WAIT_SIZE = 100
_ENTRY = 32  # bytes of a FAT directory entry; a long name takes one more per 13 characters


@dataclass(frozen=True)
class Space:
    """In bytes, whole clusters. peak: the most that is in use at any moment, beyond what is in use before."""

    cluster: int
    free: int
    peak: int
    growth: int  # taken in the end; negative when the drive gets emptier

    @property
    def missing(self) -> int:
        """How much must be freed first; 0 when it fits."""
        return max(0, max(self.peak, self.growth) - self.free)


def on_medium(size: int, cluster: int) -> int:
    """Bytes of the medium that a file of `size` bytes takes."""
    return -(-size // cluster) * cluster


def folders_on_medium(paths: Iterable[str], cluster: int) -> int:
    """Bytes that the folders around these files take, the drive's own root (fixed on FAT12/16) left out."""
    return sum(_folder_sizes(paths, cluster).values())


def _folder_sizes(paths: Iterable[str], cluster: int) -> dict[str, int]:
    names: dict[str, set[str]] = {}
    for path in paths:
        for inner in (*parents(path), path):
            names.setdefault(folder_of(inner), set()).add(inner)
    return {
        folder: on_medium(2 * _ENTRY + sum(_entries(path) for path in inside), cluster)
        for folder, inside in names.items()
        if folder
    }


def _entries(path: str) -> int:
    return _ENTRY * (1 + -(-len(path.rpartition("/")[2]) // 13))


@dataclass(frozen=True)
class RoughSpace:
    """The sizes that do not depend on which files are replaced in place, in bytes of the medium.

    overhead: of the staging folder itself; deeper: how much more the folders take than before.
    """

    cluster: int
    free: int
    overhead: int
    deeper: int
    growth: int
    before: dict[str, int]

    def in_place(self, work: Work, keep: set[str]) -> list[str]:
        """Which files must not be staged, so that the others fit: the largest first, but none of `keep`.

        In the order in which to write them: those that get smaller first.
        """
        sizes = {path: len(work.staged[name]) for path, name in work.names.items()}
        need = self._staging(work)
        room = self.free - self.overhead - max(0, self.deeper)
        chosen = []
        for path in sorted(sizes.keys() - keep - {"code.txt"}, key=lambda path: (-sizes[path], path)):
            if need <= room:
                break
            need -= on_medium(sizes[path], self.cluster)
            chosen.append(path)
        return sorted(chosen, key=lambda path: sizes[path] - self.before.get(path, 0))

    def space(self, work: Work) -> Space:
        peak = self.overhead + max(self._staging(work) + max(0, self.deeper), self.growth)
        return Space(self.cluster, self.free, peak, self.growth)

    def _staging(self, work: Work) -> int:
        return sum(on_medium(len(data), self.cluster) for data in work.staged.values())


def rough_space(snapshot: Snapshot, touched: list[Change], work: Work, commit_size: int) -> RoughSpace:
    """work: with nothing in place."""
    cluster, before = snapshot.cluster, snapshot.sizes
    stale = stale_files(snapshot)
    freed = folders_on_medium(stale, cluster) + sum(on_medium(size, cluster) for size in stale.values())
    staging_folder = folders_on_medium([*work.staged, COMMIT, COMMIT + ".new", WAIT], cluster)
    after = {change.path for change in touched if change.after is not None} | (
        before.keys() - {change.path for change in touched if change.after is None}
    )
    was, will_be = _folder_sizes(before, cluster), _folder_sizes(after, cluster)
    # A folder of FAT that loses names keeps its clusters.
    deeper = sum(max(size, was.get(folder, 0)) for folder, size in will_be.items()) - sum(was.values())
    files = sum(on_medium(c.after or 0, cluster) - on_medium(c.before or 0, cluster) for c in touched)
    return RoughSpace(
        cluster=cluster,
        free=snapshot.free + freed,
        overhead=staging_folder + on_medium(commit_size, cluster) + on_medium(_WAIT_SIZE, cluster),
        deeper=deeper,
        growth=deeper + files,
        before=before,
    )
