# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Compares a snapshot of the drive with an image: what to change, in which steps, and whether it fits. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chargerctl.deploy.change import Change
from chargerctl.deploy.image import SETTINGS_FILE, Image
from chargerctl.deploy.litter import is_litter
from chargerctl.deploy.records import MANIFEST, STAGING, Commit, Manifest, Mark, Pins, Step
from chargerctl.deploy.snapshot import Snapshot, stale_files
from chargerctl.deploy.space import Space, rough_space
from chargerctl.deploy.steps import Work, steps_of
from chargerctl.transport.volume import folder_of, parents

# Always staged: at any moment each is complete on the drive, under one name or the other.
_NEVER_IN_PLACE = {"boot.py", "code.py", "hold.py", "safemode.py", SETTINGS_FILE, MANIFEST}


@dataclass(frozen=True)
class Plan:
    """The changes, by path, and how they are carried out.

    snapshot: of the drive. leftovers: staged files of deploys that were never committed, to be removed.
    hold: the program that holds the outputs safe, for a drive that has none.
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
    def safe_levels(self) -> dict[str, tuple[str, bool]]:
        """(pin, level) of each output that has to be held safe."""
        outputs = ((name, self.pins[name]) for name in ("relay", "lock") if name in self.pins)
        return {name: (pin, active == "low") for name, (pin, active) in outputs}

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


def make_plan(snapshot: Snapshot, image: Image, hold: bytes, pins: Pins, gone: Iterable[str] = ()) -> Plan:
    """How to turn the drive into `image`. The snapshot must have the content of every file that is named here.

    hold: the program that holds the outputs safe meanwhile, for a drive that has none. gone: files not of a deploy that
    would hide files of the image.
    """
    changes = _changes(snapshot, image, gone)
    touched = [change for change in changes if change.kind != "keep"]
    held = _is_held(snapshot, image, hold)
    leftovers = [] if snapshot.commit else sorted(stale_files(snapshot))

    def work(in_place: list[str]) -> Work:
        return _work(snapshot, image, touched, in_place, hold, held)

    chosen, steps, space = work([]), [], Space(snapshot.cluster, snapshot.free, 0, 0)
    if touched or held:
        rough = rough_space(snapshot, touched, chosen, len(Commit(steps_of(chosen), pins).render()))
        if not held:
            chosen = work(rough.in_place(chosen, keep=_NEVER_IN_PLACE))
        steps, space = steps_of(chosen), rough.space(chosen)
    return Plan(image, snapshot, changes, leftovers, chosen, steps, pins, space, hold)


def _work(
    snapshot: Snapshot, image: Image, touched: list[Change], in_place: list[str], hold: bytes, held: bool
) -> Work:
    fresh = {change.path: image[change.path] for change in touched if change.after is not None}
    removed = [change.path for change in touched if change.after is None]
    if held:
        in_place = sorted(fresh)
    ahead = _ahead(snapshot, touched) if not held else set()
    to_stage = {path: data for path, data in fresh.items() if path not in in_place and path not in ahead}
    if not held and "hold.py" not in to_stage and "hold.py" not in snapshot.sizes:
        to_stage["code.txt"] = hold
    names = {path: f"{STAGING}/{number}" for number, path in enumerate(sorted(to_stage))}
    return Work(
        marks={path: Mark.of(data) for path, data in fresh.items()},
        staged={name: to_stage[path] for path, name in names.items()},
        names=names,
        ahead={path: fresh[path] for path in sorted(ahead)},
        in_place={path: fresh[path] for path in in_place},
        removed=[*removed, *_emptied_folders(snapshot, removed, image)],
        present=set(snapshot.sizes),
        ours="hold.py" in image,
        hold=Mark.of(image["hold.py"]) if "hold.py" in image else None,
        held=held,
    )


def _ahead(snapshot: Snapshot, touched: list[Change]) -> set[str]:
    """Files that need no staging: where the firmware is not installed yet, no program imports them."""
    if snapshot.manifest is not None:
        return set()
    return {change.path for change in touched if change.kind == "add" and folder_of(change.path)}


def _changes(snapshot: Snapshot, image: Image, gone: Iterable[str]) -> list[Change]:
    known = snapshot.manifest or Manifest({})
    ours = set(known.files) | {MANIFEST}
    changes = [_change(path, image[path], snapshot, known) for path in image]
    for path in (ours.union(gone) - set(image)) & set(snapshot.sizes):
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
    """What the plan shows before the content `before` is replaced or removed."""
    if path in (MANIFEST, SETTINGS_FILE):  # chargerctl's own; merged
        return ""
    if path not in known.files:
        return "was not put there by chargerctl"
    return "" if known.files[path] == Mark.of(before) else "was edited on the drive"


def _is_held(snapshot: Snapshot, image: Image, hold: bytes) -> bool:
    """Whether the board holds its outputs because a deploy could not be finished as it was planned."""
    code_txt = snapshot.content.get("code.txt")
    known = [hold, image.get("hold.py"), snapshot.content.get("hold.py")]
    recorded = snapshot.manifest.files.get("hold.py") if snapshot.manifest else None
    ours = code_txt is not None and (code_txt in known or Mark.of(code_txt) == recorded)
    return ours or snapshot.commit is not None


def _emptied_folders(snapshot: Snapshot, removed: list[str], image: Image) -> list[str]:
    """Folders that will be empty once `removed` are gone, inner ones first."""
    if not removed:
        return []
    left = (set(snapshot.sizes) - set(removed)) | set(snapshot.others) | set(image)
    alive = {folder for path in left for folder in parents(path)}
    dead = {folder for path in removed for folder in parents(path)} - alive
    return sorted(dead, key=lambda folder: (-folder.count("/"), folder))
