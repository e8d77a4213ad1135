# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Keeps the files that a deploy replaces on the laptop, by board, so that `chargerctl rollback` can restore them.

The settings are among them, secrets included: only their owner can read them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chargerctl.deploy.image import Image
from chargerctl.deploy.image_zip import read_zip, write_zip
from chargerctl.deploy.litter import is_litter
from chargerctl.deploy.plan import Plan
from chargerctl.deploy.records import MANIFEST, DamagedError
from chargerctl.deploy.snapshot import Snapshot
from chargerctl.deploy.target import Target, recorded_pins
from chargerctl.errors import ChargerctlError

_ADDED = "added.json"


@dataclass(frozen=True)
class Kept:
    """replaced: old content by path; added: files that did not exist before."""

    replaced: Image
    added: list[str]


@contextmanager
def keep(state: Path, key: str, plan: Plan) -> Iterator[Callable[[], None]]:
    """Keep what the plan replaces. Call the function at the commit: until then what was kept before counts, since a deploy
    that fails before its commit has replaced nothing; without that call nothing new is kept."""
    changed = {c.path for c in plan.touched if not is_litter(c.path)} - {MANIFEST}
    if not changed or plan.work.held:  # held: the drive has files of two versions
        yield lambda: None
        return
    added = [c.path for c in plan.touched if c.before is None and not is_litter(c.path)]
    folder = state / "replaced"
    fresh, target = folder / f"{key}.pending", folder / f"{key}.zip"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_zip(fresh, plan.replaced, added, _ADDED)
    except OSError as error:
        raise ChargerctlError(
            f"{folder} cannot be written ({error.strerror}): chargerctl keeps the replaced files there for a rollback; "
            "make it writable"
        ) from error

    def make_current() -> None:
        fresh.replace(target)

    try:
        yield make_current
    finally:
        fresh.unlink(missing_ok=True)


def kept_for(state: Path, key: str) -> Kept:
    """What the last deploy to this board replaced; ChargerctlError where nothing is kept."""
    try:
        replaced, added = read_zip(state / "replaced" / f"{key}.zip", _ADDED)
        if not isinstance(added, list) or not all(isinstance(path, str) for path in added):
            raise DamagedError("no list of files")
    except FileNotFoundError:
        raise ChargerctlError("nothing to roll back: this laptop has not deployed to this board") from None
    except DamagedError:
        raise ChargerctlError(
            "the files kept for a rollback of this board are damaged: deploy the version you want instead"
        ) from None
    return Kept(replaced, added)


def before_the_deploy(kept: Kept, snapshot: Snapshot) -> Target:
    """The drive before the last deploy; other files of the user stay as they are."""
    ours = {MANIFEST, *(snapshot.manifest.files if snapshot.manifest else ())}
    image = {path: data for path, data in snapshot.content.items() if path in ours and path not in kept.added}
    image |= kept.replaced
    return Target(image, recorded_pins(image, snapshot))
