# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether a deploy fits, in clusters, its temporary copies counted; and which files must be replaced in
place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chargerctl.deploy.volume import folder_of, parents

_ENTRY = 32  # bytes of a FAT directory entry; a long name takes one more per 13 characters


@dataclass(frozen=True)
class Space:
    """In bytes, whole clusters. peak: taken at the worst moment, on top of what is in use before."""

    cluster: int
    free: int
    peak: int
    growth: int  # taken in the end; negative when the drive gets emptier

    @property
    def missing(self) -> int:
        """How much would have to be made free first; 0 when it fits."""
        return max(0, max(self.peak, self.growth) - self.free)


def on_medium(size: int, cluster: int) -> int:
    """Bytes of the medium that a file of `size` bytes takes."""
    return -(-size // cluster) * cluster


def folders_on_medium(paths: Iterable[str], cluster: int) -> int:
    """Bytes that the folders around these files take, the drive's own root (fixed on FAT12/16) left out."""
    names: dict[str, set[str]] = {}
    for path in paths:
        for inner in (*parents(path), path):
            names.setdefault(folder_of(inner), set()).add(inner)
    return sum(
        on_medium(2 * _ENTRY + sum(_entries(path) for path in inside), cluster)
        for folder, inside in names.items()
        if folder
    )


def _entries(path: str) -> int:
    return _ENTRY * (1 + -(-len(path.rpartition("/")[2]) // 13))


def choose_in_place(sizes: dict[str, int], cluster: int, room: int) -> list[str]:
    """Which of the files to stage must not be, so that the others fit into `room` bytes: the largest
    first."""
    need = sum(on_medium(size, cluster) for size in sizes.values())
    chosen = []
    for path in sorted(sizes, key=lambda path: (-sizes[path], path)):
        if need <= room:
            break
        need -= on_medium(sizes[path], cluster)
        chosen.append(path)
    return chosen
