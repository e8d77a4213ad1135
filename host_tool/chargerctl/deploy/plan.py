# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a deploy would change and whether it fits. Pure: from a snapshot of the drive and an image to a
plan."""

from __future__ import annotations

from dataclasses import dataclass

from chargerctl.deploy.image import Image
from chargerctl.deploy.records import COMMIT, MANIFEST, STAGING, WAIT, Commit, Manifest, Mark, Pins, Step
from chargerctl.deploy.snapshot import Snapshot, staged
from chargerctl.deploy.space import Space, choose_in_place, folders_on_medium, on_medium
from chargerctl.deploy.steps import Work, steps_of
from chargerctl.deploy.volume import folder_of, parents

# Always staged, so that each is on the drive at any moment, complete, under one name or the other.
_NEVER_IN_PLACE = {"boot.py", "code.py", "hold.py", "safemode.py", "settings.toml", MANIFEST}


@dataclass(frozen=True)
class Change:
    """What happens to one file. kind: add, change, remove, keep; sizes in bytes, None where there is no
    file."""

    kind: str
    path: str
    before: int | None
    after: int | None
    note: str = ""

    def as_json(self) -> dict[str, object]:
        return {key: value for key, value in vars(self).items() if value not in (None, "")}


@dataclass(frozen=True)
class Plan:
    """The changes, by path, and how they are carried out.

    snapshot: the drive it was made for. leftovers: of deploys that were never committed, to be removed.
    hold: the program that holds the outputs safe, should the drive have none.
    """

    image: Image
    snapshot: Snapshot
    changes: list[Change]
    leftovers: list[str]
    work: Work
    steps: list[Step]
    pins: Pins
    space: Space
    hold: bytes

    @property
    def touched(self) -> list[Change]:
        return [change for change in self.changes if change.kind != "keep"]

    @property
    def nothing_to_do(self) -> bool:
        return not (self.touched or self.leftovers or self.work.held)

    @property
    def commit(self) -> bytes:
        return Commit(self.steps, self.pins).render()

    @property
    def replaced(self) -> Image:
        """The old content of everything that will be changed or removed."""
        content = self.snapshot.content
        return {c.path: content[c.path] for c in self.touched if c.path in content and not is_litter(c.path)}

    @property
    def bytes_to_write(self) -> int:
        return sum(c.after or 0 for c in self.touched) + len(self.commit)


def make_plan(snapshot: Snapshot, image: Image, hold: bytes, pins: Pins) -> Plan:
    """How to turn the drive into `image`. The snapshot must hold the content of every file named by the
    image.

    hold: the program that holds the outputs safe meanwhile, should the drive have none.
    """
    changes = _changes(snapshot, image)
    touched = {change.path: change for change in changes if change.kind != "keep"}
    fresh = {path: image[path] for path, change in touched.items() if change.after is not None}
    removed = [path for path, change in touched.items() if change.after is None]
    held = _is_held(snapshot, image, hold)
    folders = _emptied_folders(snapshot, removed, image)

    def work(in_place: list[str]) -> Work:
        to_stage = {} if held else {path: data for path, data in fresh.items() if path not in in_place}
        if not held and "hold.py" not in to_stage and "hold.py" not in snapshot.sizes:
            to_stage["code.txt"] = hold
        names = {path: f"{STAGING}/{number}" for number, path in enumerate(sorted(to_stage))}
        return Work(
            marks={path: Mark.of(data) for path, data in fresh.items()},
            staged={name: to_stage[path] for path, name in names.items()},
            names=names,
            in_place={path: fresh[path] for path in (sorted(fresh) if held else in_place)},
            removed=[*removed, *folders],
            present=set(snapshot.sizes),
            ours="hold.py" in image,
            hold=Mark.of(image["hold.py"]) if "hold.py" in image else None,
            held=held,
        )

    everything = work([])
    overhead = _overhead(everything, pins, snapshot.cluster)
    after = (set(snapshot.sizes) - set(removed)) | set(fresh)
    deeper = folders_on_medium(after, snapshot.cluster) - folders_on_medium(snapshot.sizes, snapshot.cluster)
    movable = {path: len(data) for path, data in fresh.items() if path not in _NEVER_IN_PLACE}
    pinned = sum(on_medium(len(data), snapshot.cluster) for data in everything.staged.values()) - sum(
        on_medium(size, snapshot.cluster) for size in movable.values()
    )
    # What earlier deploys have staged is removed first.
    stale = {
        path: size for path, size in snapshot.sizes.items() if staged(path) and path not in (COMMIT, WAIT)
    }
    free = snapshot.free + folders_on_medium(stale, snapshot.cluster)
    free += sum(on_medium(size, snapshot.cluster) for size in stale.values())
    room = free - overhead - max(0, deeper) - pinned
    in_place = [] if held else choose_in_place(movable, snapshot.cluster, room)
    chosen = work(sorted(in_place, key=lambda path: len(fresh[path]) - snapshot.sizes.get(path, 0)))

    growth = deeper + sum(
        on_medium(c.after or 0, snapshot.cluster) - on_medium(c.before or 0, snapshot.cluster)
        for c in touched.values()
    )
    staging = sum(on_medium(len(data), snapshot.cluster) for data in chosen.staged.values())
    space = Space(
        snapshot.cluster,
        free,
        overhead + max(staging + max(0, deeper), growth) if touched else 0,
        growth,
    )
    leftovers = [] if snapshot.commit else sorted(stale)
    return Plan(image, snapshot, changes, leftovers, chosen, steps_of(chosen), pins, space, hold)


def is_litter(path: str) -> bool:
    """What macOS leaves beside the files it touches."""
    return path.rpartition("/")[2].startswith("._")


def _changes(snapshot: Snapshot, image: Image) -> list[Change]:
    known = snapshot.manifest or Manifest({})
    ours = set(known.files) | {MANIFEST}
    changes = [_change(path, image[path], snapshot, known) for path in image]
    for path in (ours - set(image)) & set(snapshot.sizes):
        changes.append(
            Change("remove", path, snapshot.sizes[path], None, _note(path, snapshot.content[path], known))
        )
    for path in ours | set(image):
        litter = f"{folder_of(path)}/._{path.rpartition('/')[2]}".lstrip("/")
        if litter in snapshot.sizes:
            changes.append(Change("remove", litter, snapshot.sizes[litter], None, "left by macOS"))
    return sorted(changes, key=lambda change: change.path)


def _change(path: str, data: bytes, snapshot: Snapshot, known: Manifest) -> Change:
    before = snapshot.content.get(path)
    if before is None:
        return Change("add", path, None, len(data))
    if before == data:
        return Change("keep", path, len(before), len(data))
    return Change("change", path, len(before), len(data), _note(path, before, known))


def _note(path: str, before: bytes, known: Manifest) -> str:
    """What a person should know before `before` is lost from the drive."""
    if path in (MANIFEST, "settings.toml"):  # the one is ours, the other has been merged
        return ""
    if path not in known.files:
        return "was not put there by chargerctl"
    return "" if known.files[path] == Mark.of(before) else "was edited on the drive"


def _is_held(snapshot: Snapshot, image: Image, hold: bytes) -> bool:
    """Whether the board is held by a deploy that cannot be finished as it was planned."""
    standing = snapshot.content.get("code.txt")
    known = [hold, image.get("hold.py"), snapshot.content.get("hold.py")]
    recorded = snapshot.manifest.files.get("hold.py") if snapshot.manifest else None
    ours = standing is not None and (standing in known or Mark.of(standing) == recorded)
    return ours or snapshot.commit is not None


def _emptied_folders(snapshot: Snapshot, removed: list[str], image: Image) -> list[str]:
    """Folders that have nothing left in them once `removed` are gone, inner ones first."""
    left = (set(snapshot.sizes) - set(removed)) | set(image)
    alive = {folder for path in left for folder in parents(path)}
    dead = {folder for path in removed for folder in parents(path)} - alive
    return sorted(dead, key=lambda folder: (-folder.count("/"), folder))


def _overhead(work: Work, pins: Pins, cluster: int) -> int:
    """Bytes that the staging folder takes besides the staged files."""
    names = [*work.staged, COMMIT, COMMIT + ".new", WAIT]
    commit = len(Commit(steps_of(work), pins).render())
    return folders_on_medium(names, cluster) + on_medium(commit, cluster) + on_medium(100, cluster)
